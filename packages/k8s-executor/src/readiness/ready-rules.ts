import { positionAt, type Diagnostic, type Located, type ReadyRule, type SourceSpan } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf, isBuiltInGroup, kindKey } from '../manifest/kind-scope.js';
import { loadCel } from './cel.js';
import type { CelExpression, CompileCel } from './cel.js';
import type { CelMistake } from './cel-mistake.js';
import { judgeFreshness } from './generic.js';
import { judge } from './judge.js';
import { current, failed, progressing } from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';

/** A rule of the file whose expressions compile. */
export interface CompiledReadyRule {
  readonly rule: ReadyRule;
  readonly current?: CelExpression;
  readonly failed?: CelExpression;
}

export interface CompiledReadyRules {
  readonly rules: readonly CompiledReadyRule[];
  /** What is wrong with the others. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles and type-checks rules (execution.md §2). The CEL library is loaded only when there is one. */
export async function compileReadyRules(rules: readonly ReadyRule[]): Promise<CompiledReadyRules> {
  if (rules.length === 0) return { rules: [], diagnostics: [] };
  const compile = await loadCel();
  const compiled = rules.map((rule) => compileRule(rule, compile));
  return {
    rules: compiled.map(({ rule }) => rule),
    diagnostics: compiled.flatMap(({ diagnostics }) => diagnostics),
  };
}

function compileRule(rule: ReadyRule, compile: CompileCel) {
  const diagnostics: Diagnostic[] = [];
  const compileOne = (text: Located<string> | undefined): CelExpression | undefined => {
    if (text === undefined) return undefined;
    const compiled = compile(text.value);
    if (compiled.ok) return compiled.expression;
    diagnostics.push(wrongRule(text, compiled.mistake));
    return undefined;
  };
  const [isCurrent, hasFailed] = [compileOne(rule.current), compileOne(rule.failed)];
  return {
    rule: { rule, ...(isCurrent && { current: isCurrent }), ...(hasFailed && { failed: hasFailed }) },
    diagnostics,
  };
}

function wrongRule(text: Located<string>, mistake: CelMistake): Diagnostic {
  return {
    code: 'manifest/ready-wrong',
    severity: 'error',
    message: `This is no rule in CEL: ${mistake.message}.`,
    help: 'A rule asks of `self`, the live object, what is true or false: `has(self.status.phase) && self.status.phase == "Ready"`.',
    span: spanOfMistake(text, mistake),
    related: [],
  };
}

/** The wrong words where they stand in the file, when they stand there as YAML gave them; else the whole expression. */
function spanOfMistake({ value, span }: Located<string>, { start, end }: CelMistake): SourceSpan {
  const written = span.file.text.slice(span.start, span.end);
  const from = Math.min(start, value.length - 1);
  const lineStart = value.lastIndexOf('\n', from - 1) + 1;
  const [line = ''] = value.slice(lineStart).split('\n');
  const words = value.slice(from, Math.max(end, from + 1)).split('\n')[0] ?? '';
  // Folded lines are not found as a whole: the words alone tell where they stand when they do so only once.
  const lineAt = line === '' ? -1 : written.indexOf(line);
  const at = lineAt === -1 ? onlyPlace(written, words) : lineAt + from - lineStart;
  if (at === undefined || words === '') return span;
  return { file: span.file, start: span.start + at, end: span.start + at + words.length };
}

function onlyPlace(text: string, words: string): number | undefined {
  const escaped = words.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  const found = [...text.matchAll(new RegExp(`(?<!\\w)${escaped}(?!\\w)`, 'gu'))];
  return found.length === 1 ? found[0]?.index : undefined;
}

/** How the objects of a task are judged, and what is wrong with that. */
export interface TaskReadiness {
  readonly judge: ReadinessRule;
  /** Rules that judge none of the objects. */
  readonly diagnostics: readonly Diagnostic[];
}

const workloadKinds = [
  ...['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet'],
  ...['batch/Job', '/Pod'],
];

/** Judges a task's objects by its rules where they name them, else by the built-in ones. */
export function applyReadyRules(
  rules: readonly CompiledReadyRule[],
  objects: readonly KubeObject[],
): TaskReadiness {
  const byKind = new Map<string, CompiledReadyRule>();
  const diagnostics: Diagnostic[] = [];
  for (const rule of rules) {
    const kinds = kindsOf(rule.rule, objects);
    if (kinds.length === 0) diagnostics.push(unusedRule(rule.rule));
    for (const kind of kinds) if (!byKind.has(kind)) byKind.set(kind, rule);
  }
  return {
    diagnostics,
    judge(object) {
      const rule = byKind.get(kindOf(object));
      return rule === undefined ? judge(object) : judgeByRule(rule, object);
    },
  };
}

function kindsOf({ kind, apiVersion }: ReadyRule, objects: readonly KubeObject[]): readonly string[] {
  const group = apiVersion && groupOf(apiVersion.value);
  const named = objects.filter(
    (object) =>
      (kind === undefined || object.kind === kind.value) &&
      (group === undefined || groupOf(object.apiVersion) === group),
  );
  if (kind !== undefined || group !== undefined) return named.map(kindOf);
  const custom = named.filter((object) => !isBuiltInGroup(groupOf(object.apiVersion))).map(kindOf);
  return custom.length > 0 ? custom : named.map(kindOf).filter((name) => workloadKinds.includes(name));
}

function kindOf(object: KubeObject): string {
  return kindKey(groupOf(object.apiVersion), object.kind);
}

function unusedRule({ kind, apiVersion, span }: ReadyRule): Diagnostic {
  const named = [apiVersion?.value, kind?.value].filter((word) => word !== undefined).join(' ');
  const message =
    named === ''
      ? 'This ready rule judges nothing: there is no custom resource and no workload here.'
      : `This ready rule judges nothing: there is no ${named} here.`;
  return {
    code: 'manifest/ready-unused',
    severity: 'warning',
    message,
    help: 'Name the `kind` of the objects that it is for; `flotilla render` shows which there are.',
    span: kind?.span ?? apiVersion?.span ?? firstLineOf(span),
    related: [],
  };
}

function firstLineOf(span: SourceSpan): SourceSpan {
  const end = span.file.text.indexOf('\n', span.start);
  return { ...span, end: end === -1 ? span.end : Math.min(span.end, end) };
}

/**
 * First whether the controller has seen the object at all, then `failed`, then `current`. Without `current` the
 * built-in rule decides; with it that rule can still tell of a failure. An expression that cannot be evaluated says
 * nothing yet: its object is on its way.
 */
function judgeByRule(rule: CompiledReadyRule, object: KubeObject): Readiness {
  const stale = judgeFreshness(object);
  if (stale !== undefined) return stale;
  const failure = rule.failed?.(object);
  if (failure !== undefined && 'holds' in failure && failure.holds) {
    return failed(`the file's ready rule calls this failed: ${shown(rule.rule.failed)}`);
  }
  const builtIn = judge(object);
  const answer = rule.current?.(object);
  if (answer === undefined) return builtIn;
  if ('error' in answer) {
    return failedOr(
      builtIn,
      `the file's ready rule has no answer yet (${answer.error}): ${shown(rule.rule.current)}`,
    );
  }
  if (answer.holds) return current("the file's ready rule holds");
  return failedOr(builtIn, `the file's ready rule does not hold yet: ${shown(rule.rule.current)}`);
}

function failedOr(builtIn: Readiness, message: string): Readiness {
  return builtIn.status === 'failed' ? builtIn : progressing(message);
}

const SHOWN_LENGTH = 100;

/** An expression on one line, with its place when it is too long for that. */
function shown(text: Located<string> | undefined): string {
  if (text === undefined) return '';
  const line = text.value.replaceAll(/\s+/gu, ' ').trim();
  if (line.length <= SHOWN_LENGTH) return line;
  const { file, start } = text.span;
  return `${line.slice(0, SHOWN_LENGTH)}… (${file.path}:${String(positionAt(file, start).line)})`;
}
