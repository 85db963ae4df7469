import { nearest } from '../diagnostics/nearest.js';
import type { Report } from '../diagnostics/report.js';
import type { SourceSpan } from '../diagnostics/source.js';
import type { YamlScalar } from './yaml-tree.js';

/** What a variable stands for; `reported`: its own text is wrong, which the report says already. */
export type Lookup =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'unknown'; readonly message: string; readonly help?: string }
  | { readonly kind: 'reported' };

/** The variables of one file. */
export interface Scope {
  lookUp(name: string): Lookup;
}

const variable = /\$\$|\$\{([^{}]*)\}/g;

/** True when the text holds a variable or an escape, so that it does not stand for itself. */
export function holdsVariable(text: string): boolean {
  return text.search(variable) !== -1;
}

/** What a shell means by `${…}`: a variable of the environment, perhaps with an operator (`${PORT:-80}`). */
const shellVariable = /^[A-Z_][A-Z0-9_]*(?:[^\w.].*)?$/s;

/** What is needed to replace the variables of a text. */
export interface Replacing {
  readonly scope: Scope;
  readonly report: Report;
  /** Whether the text is (part of) a command, in which `${HOME}` is left to the shell of the container. */
  readonly isCommand?: boolean;
}

/** The text with each `${…}` replaced and each `$$` made `$`; undefined when a name is unknown (reported at its place). */
export function replaceVariables(
  scalar: YamlScalar,
  { scope, report, isCommand = false }: Replacing,
): string | undefined {
  const failures: string[] = [];
  const spanOf = createSpanFinder(scalar);
  const text = scalar.text.replace(variable, (match: string, inside: string | undefined) => {
    if (inside === undefined) return '$';
    const span = spanOf(match);
    const name = inside.trim();
    const found = scope.lookUp(name);
    if (found.kind === 'value') return found.value;
    if (found.kind === 'unknown' && isCommand && shellVariable.test(name)) return match;
    if (found.kind === 'unknown') {
      report.add({ code: 'parse/unknown-variable', message: found.message, help: found.help, span });
    }
    failures.push(match);
    return match;
  });
  return failures.length > 0 ? undefined : text;
}

/**
 * Where matches stand in the file, asked for in their order: quotes, escapes and folding lie between a scalar's
 * text and its source. The whole scalar from the first match on that is written otherwise.
 */
function createSpanFinder({ span }: YamlScalar): (match: string) => SourceSpan {
  const { file, start, end } = span;
  const source = file.text.slice(start, end);
  let next = 0;
  return (match) => {
    const at = next === -1 ? -1 : source.indexOf(match, next);
    next = at === -1 ? -1 : at + match.length;
    return at === -1 ? span : { file, start: start + at, end: start + next };
  };
}

/** Says that a name is unknown, with the nearest known one, else all that are known. */
export function unknownVariable(name: string, known: readonly string[]): Lookup {
  const near = nearest(name, known);
  const escape = `If Release sets it, pass --param ${name}=…; write $\${${name}} if the text is meant as it stands.`;
  return {
    kind: 'unknown',
    message: `\${${name}} stands for nothing.`,
    help:
      near === undefined
        ? `Known: ${[...known, 'env.X'].map((word) => `\${${word}}`).join(', ')}. ${escape}`
        : `Did you mean \${${near}}?`,
  };
}
