import type { RunEvent } from '../../domain/event.js';
import type { NodeId, TaskId } from '../../domain/ids.js';
import { isError } from '../../domain/outcome.js';
import type { Plan, PlanStep } from '../../domain/plan.js';
import { runStateOf, type RunState, type TaskState } from '../run-state.js';

/** A run or rehearsal laid out over time. All times are milliseconds since the run began. */
export interface Timeline {
  readonly state: RunState;
  /** When the run settled; when the last event came, for a run that is still going. */
  readonly endMs: number;
  /** In file order. */
  readonly steps: readonly TimelineStep[];
  readonly critical: ReadonlySet<TaskId>;
  /** How much later each task that ran could have settled without the run ending later, as if nothing bounded how many run. */
  readonly slackMs: ReadonlyMap<TaskId, number>;
  /** When a failure halted the run, and whose. */
  readonly halt?: { readonly at: number; readonly culprit: TaskId };
}

export interface TimelineStep {
  readonly step: PlanStep;
  /** Undefined for a step that never opened. */
  readonly openedAt: number | undefined;
  readonly tasks: readonly TaskState[];
}

/** The timeline that the events of one run tell. Throws ("Bug: …") when they do not begin with run-started. */
export function buildTimeline(events: readonly RunEvent[]): Timeline {
  const state = runStateOf(events);
  const endMs = state.settled?.at ?? state.at;
  const halt = findHalt(state);
  return {
    state,
    endMs,
    steps: state.plan.steps.map((step) => ({
      step,
      openedAt: state.stepsOpenedAt.get(step.name),
      tasks: step.tasks.flatMap((id) => state.tasks.get(id) ?? []),
    })),
    critical: new Set(state.settled?.criticalPath ?? []),
    slackMs: measureSlack(state, endMs),
    ...(halt !== undefined && { halt }),
  };
}

function findHalt(state: RunState): Timeline['halt'] {
  if (state.settled?.outcome !== 'halted') return undefined;
  const culprit = [...state.tasks.values()].find(
    ({ node, outcome }) => node.haltOnError && outcome !== undefined && isError(outcome),
  );
  return culprit === undefined ? undefined : { at: culprit.settledAt ?? state.at, culprit: culprit.node.id };
}

function measureSlack(state: RunState, endMs: number): ReadonlyMap<TaskId, number> {
  const latestEnd = latestEnds(state.plan, state.tasks, endMs);
  const slack = new Map<TaskId, number>();
  for (const { node, startedAt, settledAt } of state.tasks.values()) {
    if (startedAt === undefined || settledAt === undefined) continue;
    slack.set(node.id, Math.max(0, (latestEnd.get(node.id) ?? endMs) - settledAt));
  }
  return slack;
}

// From the end of the plan to its beginning: what stands before something must end before that must start.
function latestEnds(
  plan: Plan,
  tasks: ReadonlyMap<TaskId, TaskState>,
  endMs: number,
): ReadonlyMap<NodeId, number> {
  const latest = new Map<NodeId, number>();
  const durationOf = (id: NodeId) => {
    const { startedAt, settledAt } = tasks.get(id as TaskId) ?? {};
    return startedAt === undefined || settledAt === undefined ? 0 : settledAt - startedAt;
  };
  for (const { id } of plan.nodes.toReversed()) {
    const starts = plan.dependents(id).map(({ to }) => (latest.get(to) ?? endMs) - durationOf(to));
    latest.set(
      id,
      starts.reduce((least, start) => Math.min(least, start), endMs),
    );
  }
  return latest;
}

/** Round times for an axis from 0 to `endMs`: at most `ticksMax` steps of 1, 2 or 5 times a power of ten, or whole minutes. */
export function axisTicks(endMs: number, ticksMax: number): readonly number[] {
  const step =
    tickSteps.find((one) => endMs / one <= ticksMax) ?? Math.ceil(endMs / ticksMax / hourMs) * hourMs;
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, at) => at * step);
}

const hourMs = 3_600_000;
const tickSteps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  2000,
  5000,
  10_000,
  20_000,
  30_000,
  60_000,
  120_000,
  300_000,
  600_000,
  1_200_000,
  1_800_000,
  hourMs,
];
