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

/** The text with each `${…}` replaced and each `$$` made `$`; undefined when a name is unknown (reported at it). */
export function replaceVariables(scalar: YamlScalar, scope: Scope, report: Report): string | undefined {
  const failures: string[] = [];
  const text = scalar.text.replace(variable, (match: string, name: string | undefined, offset: number) => {
    if (name === undefined) return '$';
    const found = scope.lookUp(name.trim());
    if (found.kind === 'value') return found.value;
    failures.push(match);
    if (found.kind === 'unknown') {
      const { message, help } = found;
      report.add({ code: 'parse/unknown-variable', message, help, span: spanOfMatch(scalar, match, offset) });
    }
    return match;
  });
  return failures.length > 0 ? undefined : text;
}

/** Where a match stands in the file: quotes, escapes and folding lie between a scalar's text and its source. */
function spanOfMatch(scalar: YamlScalar, match: string, offset: number): SourceSpan {
  const { file, start, end } = scalar.span;
  const source = file.text.slice(start, end);
  const copiesBefore = scalar.text.slice(0, offset).split(match).length - 1;
  let at = source.indexOf(match);
  for (let copy = 0; copy < copiesBefore && at !== -1; copy++) at = source.indexOf(match, at + match.length);
  if (at === -1) return scalar.span;
  return { file, start: start + at, end: start + at + match.length };
}

/** Says that a name is unknown, with the nearest known one, else all that are known. */
export function unknownVariable(name: string, known: readonly string[]): Lookup {
  const near = nearest(name, known);
  const escape = `Write $\${${name}} if the text is meant as it stands.`;
  return {
    kind: 'unknown',
    message: `\${${name}} stands for nothing.`,
    help:
      near === undefined
        ? `Known: ${[...known, 'env.X'].map((word) => `\${${word}}`).join(', ')}. ${escape}`
        : `Did you mean \${${near}}?`,
  };
}
