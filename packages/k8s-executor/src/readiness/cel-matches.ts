import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import type { CelMistake } from './cel-mistake.js';

/** What stands for `matches` while an expression is evaluated: the library's own speaks JavaScript's language. */
const RE2_MATCHES = 'matchesRe2';

/**
 * Gives expressions the `matches` of the CEL specification: RE2, which has no lookaround and no backreferences, knows
 * `(?i)` and `[[:alpha:]]`, and takes time in proportion to the text whatever the pattern.
 */
export interface Re2Matches {
  /** The first literal pattern that RE2 does not take. */
  readonly findMistake: (expression: ASTNode) => CelMistake | undefined;
  /** Makes every `matches` of the expression RE2's. */
  readonly adopt: (expression: ASTNode) => void;
}

/** Loads RE2 and teaches it to the environment. */
export async function addRe2Matches(environment: Environment): Promise<Re2Matches> {
  const { RE2JS } = await import('re2js');
  const compiled = new Map<string, InstanceType<typeof RE2JS>>();
  const compile = (pattern: string) => {
    const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
    compiled.set(pattern, known);
    return known;
  };
  environment.registerFunction(`string.${RE2_MATCHES}(string): bool`, (text: string, pattern: string) =>
    compile(pattern).matcher(text).find(),
  );
  return {
    findMistake: (expression) =>
      callsOfMatches(expression)
        .flatMap(({ args: [, , patterns] }) => patterns)
        .map((pattern) => mistakeOf(pattern, compile))
        .find((mistake) => mistake !== undefined),
    adopt(expression) {
      for (const call of callsOfMatches(expression)) call.args[0] = RE2_MATCHES;
    },
  };
}

type MethodCall = Extract<ASTNode, { op: 'rcall' }>;

function mistakeOf({ op, args, range }: ASTNode, compile: (pattern: string) => unknown) {
  if (op !== 'value' || typeof args !== 'string') return undefined;
  try {
    compile(args);
    return undefined;
  } catch (error) {
    const why =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /u, '') : String(error);
    const message = `RE2, the language of patterns in CEL, does not take this one: ${why}`;
    return { message, start: range.start, end: range.end };
  }
}

function callsOfMatches(node: ASTNode): readonly MethodCall[] {
  const inside = partsOf(node).flatMap(callsOfMatches);
  return node.op === 'rcall' && node.args[0] === 'matches' ? [node, ...inside] : inside;
}

function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    case 'list':
    case '?:':
    case '||':
    case '&&':
    case '[]':
    case '[?]':
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return node.args;
  }
}
