import { removeEnvironmentId, type RunSettled } from '@flotilla/core';
import type { ApiResult } from '../cluster/api-failure.js';
import { recordHistory, type RecordHistoryOptions } from '../record/history/record-history.js';
import { removeRecords } from '../record/remove-records.js';
import type { PreparedRun } from '../tasks/prepare-run.js';

/** Keeps the good revisions of a run. Tasks that it has rolled back have theirs already. */
export async function keepRevisions(
  options: Omit<RecordHistoryOptions, 'deployment' | 'objectsOf' | 'workflow'> & {
    readonly plan: { readonly name: string; readonly workflow: string };
  },
  prepared: PreparedRun,
): Promise<ApiResult<unknown>> {
  const rolledBack = new Set((options.settled.rolledBack ?? []).map(({ task }) => task));
  const tasks = options.settled.tasks.filter(({ task }) => !rolledBack.has(task));
  return recordHistory({
    ...options,
    deployment: options.plan.name,
    workflow: options.plan.workflow,
    settled: { ...options.settled, tasks },
    objectsOf: (task) => prepared.objectsOf(task),
  });
}

/**
 * After a removal that has left nothing: forgets the deployment. Says why not when it could not; nothing when there
 * still is something to remember.
 */
export async function forgetRemoved(
  settled: RunSettled,
  { context }: PreparedRun,
): Promise<string | undefined> {
  const removal = settled.tasks.find(({ task }) => task === removeEnvironmentId);
  const isRemoved = removal?.outcome === 'succeeded' || removal?.outcome === 'unchanged';
  if (!isRemoved || settled.outcome !== 'succeeded') return undefined;
  context.membership.forget();
  const left = await context.membership.members();
  if (left.objects.length > 0 || left.unlisted.size > 0) return undefined;
  return removeRecords(context, context.cluster);
}
