import type { NodeId, TaskId } from '../domain/ids.js';
import { longestChains } from '../domain/longest-chain.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import type {
  ChangedPolicy,
  ChangedStart,
  ComparedPath,
  ComparedPolicy,
  OrderedPair,
  PlanComparison,
} from '../domain/plan-comparison.js';
import { walkTasks } from '../domain/plan-walk.js';
import type { ExpectedDurations } from '../domain/rehearsal.js';

/** What changes for whoever runs `after` instead of `before`. A task is the same task when it has the same id. */
export function comparePlans(before: Plan, after: Plan, durations: ExpectedDurations): PlanComparison {
  const [tasksBefore, tasksAfter] = [tasksById(before), tasksById(after)];
  const common = new Set([...tasksBefore.keys()].filter((id) => tasksAfter.has(id)));
  return {
    same: before.digest === after.digest,
    added: [...tasksAfter.keys()].filter((id) => !common.has(id)),
    removed: [...tasksBefore.keys()].filter((id) => !common.has(id)),
    starts: changedStarts(startTimes(before, durations), startTimes(after, durations), common),
    lostGuarantees: pairsOnlyIn(before, after, common),
    lostParallelism: pairsOnlyIn(after, before, common),
    policies: [...common].flatMap((id) => changedPolicies(tasksBefore.get(id), tasksAfter.get(id))),
    criticalPath: { before: criticalPath(before, durations), after: criticalPath(after, durations) },
  };
}

function tasksById(plan: Plan): ReadonlyMap<TaskId, TaskNode> {
  return new Map(plan.tasks.map((task) => [task.id, task]));
}

function startTimes(plan: Plan, durations: ExpectedDurations): ReadonlyMap<NodeId, number> {
  const startsMs = new Map<NodeId, number>();
  const settlesMs = new Map<NodeId, number>();
  for (const node of plan.nodes) {
    const startMs = plan
      .dependencies(node.id)
      .reduce((latestMs, { from }) => Math.max(latestMs, settlesMs.get(from) ?? 0), 0);
    startsMs.set(node.id, startMs);
    settlesMs.set(node.id, startMs + (node.kind === 'gate' ? 0 : durations(node)));
  }
  return startsMs;
}

function changedStarts(
  before: ReadonlyMap<NodeId, number>,
  after: ReadonlyMap<NodeId, number>,
  common: ReadonlySet<TaskId>,
): readonly ChangedStart[] {
  return [...common]
    .map((task) => ({ task, beforeMs: before.get(task) ?? 0, afterMs: after.get(task) ?? 0 }))
    .filter(({ beforeMs, afterMs }) => beforeMs !== afterMs);
}

/** Neighbours among the common tasks that are ordered in `plan` and not in `other`. */
function pairsOnlyIn(plan: Plan, other: Plan, common: ReadonlySet<TaskId>): readonly OrderedPair[] {
  return plan.tasks.flatMap(({ id: then }) => {
    if (!common.has(then)) return [];
    const wanted = walkTasks(plan, then, { direction: 'before', goesThrough: (task) => !common.has(task) });
    const still = walkTasks(other, then, { direction: 'before', goesThrough: () => true });
    const lost = new Set([...wanted].filter((first) => common.has(first) && !still.has(first)));
    if (lost.size === 0) return [];
    return plan.tasks.flatMap(({ id: first }) => (lost.has(first) ? [{ first, then }] : []));
  });
}

const comparedPolicies: readonly ComparedPolicy[] = [
  'step',
  'timeoutMs',
  'attemptsMax',
  'haltOnError',
  'waitForFinish',
];

function changedPolicies(
  before: TaskNode | undefined,
  after: TaskNode | undefined,
): readonly ChangedPolicy[] {
  if (before === undefined || after === undefined) return [];
  return comparedPolicies
    .filter((policy) => before[policy] !== after[policy])
    .map((policy) => ({ task: before.id, policy, before: before[policy], after: after[policy] }));
}

function criticalPath(plan: Plan, durations: ExpectedDurations): ComparedPath {
  const { criticalPath: tasks, lengthMs } = longestChains(plan, durations);
  return { tasks, lengthMs };
}
