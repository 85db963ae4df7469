import type { Diagnostic, Refusal, TaskId, TaskRunner } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { renderOthers } from '../manifest/render-plan.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import { findPrunable, type FindPrunableResult } from '../record/find-prunable.js';
import { desiredDigest } from '../record/task-digests.js';
import { ensureKey } from './ensure-key.js';
import { ensureOwnNamespace, findOwnNamespace } from './missing-namespaces.js';
import type { RunContext } from '../tasks/run-context.js';
import { createTaskRunner } from '../tasks/task-runner.js';
import type { PrepareRunOptions } from './prepare-options.js';

/** A run that may begin: everything is rendered and checked, nothing is written. */
export interface PreparedRun {
  /**
   * The very first write, before there is a lock: creates the run's own namespace when it is missing, and that was asked
   * for or the files bring it. A refusal says why there can be no run.
   */
  createNamespace(cluster: Pick<Cluster, 'get' | 'apply' | 'create'>): Promise<Refusal | undefined>;
  /**
   * Looks at the cluster and tries the objects once more: whoever held the lock in between has written since. Undefined
   * when all is still well.
   */
  checkAgain(): Promise<NotPrepared | undefined>;
  /**
   * Writes the inventory, and the key of a deployment with secrets, ahead of everything else; to be awaited once the lock
   * is held, before any task runs. Reads the inventory
   * anew, since somebody else may have held the lock until now.
   */
  openInventory(cluster: Pick<Cluster, 'apply' | 'get' | 'create'>): Promise<Refusal | undefined>;
  /**
   * What runs the tasks. `series` names the run in the jobs that it makes; `leave` is awaited when the deployment's own
   * namespace is being deleted.
   */
  runnerFor(series: string, leave?: RunContext['leave']): TaskRunner;
  /** What the run will delete because nobody asks for it any more; a refusal when a task came out empty. */
  findPrunable(options?: { readonly allowEmpty?: boolean }): Promise<FindPrunableResult>;
  /** What all tasks of the run share. */
  readonly context: RunContext;
  /** The objects of a task as they will be applied, in apply order; none for tasks without objects. */
  objectsOf(task: TaskId): readonly KubeObject[];
  /** `desiredDigest` of the objects of a task; computed once. */
  desiredDigestOf(task: TaskId): string;
  /** The tasks of the plan with their objects and where each is asked for. */
  readonly rendered: readonly RenderedTask[];
  /** Warnings and hints that were found on the way. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `refusal`: the cluster does not answer (69), or does not allow what the run needs (77). */
export type NotPrepared =
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** What comes of preparing a run. */
export type PrepareRunResult = { readonly ok: true; readonly run: PreparedRun } | NotPrepared;

/** What a run is started with once all is checked. */
export function startable(
  tasks: readonly RenderedTask[],
  context: RunContext,
  options: PrepareRunOptions,
): Omit<PreparedRun, 'checkAgain' | 'diagnostics'> {
  const objects = new Map(
    tasks.map(({ task, manifests }) => [task.id, manifests.map((manifest) => manifest.object)] as const),
  );
  const objectsOf = (task: TaskId) => objects.get(task) ?? [];
  const digests = new Map<TaskId, string>();
  const own = findOwnNamespace([...objects.values()].flat(), context.namespace);
  return {
    createNamespace: (cluster) =>
      context.createNamespace || own !== undefined
        ? ensureOwnNamespace({ ...context, cluster }, own)
        : Promise.resolve(undefined),
    openInventory: async (cluster) =>
      (await context.membership.open(cluster)) ??
      (await ensureKey(cluster, context, [...objects.values()].flat())),
    runnerFor: (series, leave = context.leave) => createTaskRunner(objectsOf, { ...context, series, leave }),
    findPrunable: ({ allowEmpty = false } = {}) =>
      findPrunable({
        ...options,
        objectsOf,
        allowEmpty,
        stateful: context.pruneStateful,
        members: () => context.membership.members(),
        ...(options.recorded !== undefined && { storedAt: options.recorded.storedAt }),
        renderOthers: (others) => renderOthers(others, options),
      }),
    context,
    objectsOf,
    desiredDigestOf: (task) => {
      const digest = digests.get(task) ?? desiredDigest(objectsOf(task));
      digests.set(task, digest);
      return digest;
    },
    rendered: tasks,
  };
}
