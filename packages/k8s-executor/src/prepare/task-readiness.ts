import { taskId, type DeploymentFile, type Diagnostic, type TaskId, type TaskNode } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { judge, judgeCompletion } from '../readiness/judge.js';
import { applyReadyRules, compileReadyRules } from '../readiness/ready-rules.js';
import type { CompiledReadyRule } from '../readiness/ready-rules.js';
import type { ReadinessRule } from '../readiness/readiness.js';

/** The `ready` rules of a file, by task. */
export interface FileReadyRules {
  readonly byTask: ReadonlyMap<TaskId, readonly CompiledReadyRule[]>;
  /** Rules that are no CEL, each with its wrong words. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles the `ready` rules of all services and charts of a file, whatever a workflow deploys of them. */
export async function compileFileRules(file: DeploymentFile): Promise<FileReadyRules> {
  const definitions = [
    ...file.services.map(({ name, ready }) => ({ id: taskId('services', name.value), ready })),
    ...file.charts.map(({ name, ready }) => ({ id: taskId('charts', name.value), ready })),
  ];
  const compiled = await Promise.all(
    definitions.map(async ({ id, ready }) => ({ id, ...(await compileReadyRules(ready)) })),
  );
  return {
    byTask: new Map(compiled.map(({ id, rules }) => [id, rules])),
    diagnostics: compiled.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** What is wrong with the `ready` rules of a file, without looking at any object. */
export async function checkReadyRules(file: DeploymentFile): Promise<readonly Diagnostic[]> {
  return (await compileFileRules(file)).diagnostics;
}

/** How the objects of each task are judged (those of jobs by whether they have completed), and the rules that judge nothing. */
export function judgeTasks(
  tasks: readonly { readonly task: Pick<TaskNode, 'id' | 'kind'>; readonly objects: readonly KubeObject[] }[],
  { byTask }: FileReadyRules,
): { readonly judgeOf: (task: TaskId) => ReadinessRule; readonly diagnostics: readonly Diagnostic[] } {
  const rules = tasks.map(({ task, objects }) => ({
    task,
    ...applyReadyRules(byTask.get(task.id) ?? [], objects),
  }));
  const judges = new Map(
    rules.map((rule) => [rule.task.id, rule.task.kind === 'job' ? judgeCompletion : rule.judge]),
  );
  return {
    judgeOf: (task) => judges.get(task) ?? judge,
    diagnostics: rules.flatMap(({ diagnostics }) => diagnostics),
  };
}
