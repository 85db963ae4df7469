import type { KubeObject } from '../cluster/kube-object.js';
import { isJsonObject } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import { addRe2Matches } from './cel-matches.js';
import type { CelMistake } from './cel-mistake.js';

/** What an expression says of an object; `error` when it cannot be evaluated, usually since a field is not there yet. */
export type CelAnswer = { readonly holds: boolean } | { readonly error: string };

export type CelExpression = (self: KubeObject) => CelAnswer;

export type CompileCel = (
  text: string,
) =>
  | { readonly ok: true; readonly expression: CelExpression }
  | { readonly ok: false; readonly mistake: CelMistake };

/** Rules are short; what is longer than this is no rule but an attack on whoever runs it. */
const LIMITS = { maxAstNodes: 1_000, maxDepth: 50 };

/**
 * Loads the CEL library (ADR 5), which most runs do without. What is compiled has been type-checked: it parses, knows
 * no variable but `self`, and gives true or false, as far as that can be told before there is an object.
 */
export async function loadCel(): Promise<CompileCel> {
  const { Environment, serialize } = await import('@marcbachmann/cel-js');
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    enableOptionalTypes: true,
    limits: LIMITS,
  }).registerVariable('self', 'map');
  const re2 = await addRe2Matches(environment);
  return (text) => {
    const checked = environment.check(text);
    if (!checked.valid) return { ok: false, mistake: mistakeOf(checked.error, text) };
    const type = String(checked.type);
    if (type !== 'bool' && type !== 'dyn') {
      const message = `this gives ${type}, not true or false`;
      return { ok: false, mistake: { message, start: 0, end: text.length } };
    }
    const { ast } = environment.parse(text);
    const mistake = re2.findMistake(ast);
    if (mistake !== undefined) return { ok: false, mistake };
    re2.adopt(ast);
    const evaluate = environment.parse(serialize(ast));
    return { ok: true, expression: (self) => answerOf(() => evaluate({ self: toCel(self) }) as unknown) };
  };
}

interface LocatedError {
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

function mistakeOf(error: LocatedError | undefined, text: string): CelMistake {
  const { start, end } = error?.range ?? { start: 0, end: text.length };
  return { message: error?.summary ?? error?.message ?? 'this cannot be read', start, end };
}

function answerOf(evaluate: () => unknown): CelAnswer {
  try {
    const value = evaluate();
    return typeof value === 'boolean' ? { holds: value } : { error: 'it does not give true or false' };
  } catch (error) {
    return { error: printError(error instanceof Error ? error.message : String(error)) };
  }
}

/** Without the library's drawing of where it is. */
function printError(message: string): string {
  const [line = ''] = message.split('\n');
  return line.replace(/^No such key: /u, 'there is no ');
}

/** JSON as CEL sees Kubernetes objects: whole numbers are ints, so that they can be reckoned with. */
function toCel(value: Json | undefined): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(toCel);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toCel(part)]));
}
