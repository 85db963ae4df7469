import type { Diagnostic, NodeId, Plan, TaskId } from '@flotilla/core';
import { groupOf, kindKey, scopesOfCrds } from './kind-scope.js';
import type { ScopeOf } from './kind-scope.js';
import type { Manifest } from './parse-manifests.js';
import type { RenderedTask } from './render-plan.js';

/**
 * Objects of a kind that another task brings, which their own task does not wait for: whether there is such a kind when
 * they are written would be chance. Nothing is said where the cluster knows the kind already. One a task and kind.
 */
export async function checkKindOrder(
  tasks: readonly RenderedTask[],
  plan: Plan,
  scopeOf: ScopeOf,
): Promise<readonly Diagnostic[]> {
  const bringers = findBringers(tasks);
  const found = await Promise.all(
    tasks.map(async ({ task, manifests }) => {
      const before = tasksBefore(plan, task.id);
      const early = firstOfEachKind(manifests).flatMap((manifest) => {
        const brought = bringers.get(keyOfKind(manifest)) ?? [];
        const [bringer] = brought;
        const isOrdered = brought.some((id) => id === task.id || before.has(id));
        return bringer === undefined || isOrdered ? [] : [{ manifest, bringer }];
      });
      const absent = await Promise.all(
        early.map(async (each) => {
          const { apiVersion, kind } = each.manifest.object;
          return (await scopeOf(apiVersion, kind)) === undefined ? [each] : [];
        }),
      );
      return absent.flat().map((each) => unordered(each.manifest, task.id, each.bringer));
    }),
  );
  return found.flat();
}

/** Which tasks bring a kind, by its key. */
function findBringers(tasks: readonly RenderedTask[]): ReadonlyMap<string, readonly TaskId[]> {
  const bringers = new Map<string, readonly TaskId[]>();
  for (const { task, manifests } of tasks)
    for (const key of scopesOfCrds(manifests.map(({ object }) => object)).keys())
      bringers.set(key, [...(bringers.get(key) ?? []), task.id]);
  return bringers;
}

function keyOfKind({ object }: Manifest): string {
  return kindKey(groupOf(object.apiVersion), object.kind);
}

function firstOfEachKind(manifests: readonly Manifest[]): readonly Manifest[] {
  const kinds = new Map<string, Manifest>();
  for (const manifest of manifests)
    if (!kinds.has(keyOfKind(manifest))) kinds.set(keyOfKind(manifest), manifest);
  return [...kinds.values()];
}

/** All that has settled when a task starts. */
function tasksBefore(plan: Plan, task: TaskId): ReadonlySet<NodeId> {
  const before = new Set<NodeId>();
  const toVisit: NodeId[] = [task];
  for (let id = toVisit.pop(); id !== undefined; id = toVisit.pop())
    for (const { from } of plan.dependencies(id))
      if (!before.has(from)) {
        before.add(from);
        toVisit.push(from);
      }
  return before;
}

function unordered({ object, span }: Manifest, task: TaskId, bringer: TaskId): Diagnostic {
  return {
    code: 'manifest/unknown-kind',
    severity: 'error',
    message: `${task} has a ${object.kind} (${object.apiVersion}), a kind that ${bringer} brings, and does not wait for it`,
    help: `Let ${task} wait for ${bringer} (depends_on, needs, or a later step), or put the CustomResourceDefinition into the same task.`,
    span,
    related: [],
  };
}
