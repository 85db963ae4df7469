import type { RunEvent } from '../domain/event.js';
import type { StepName } from '../domain/ids.js';
import type { GateNode, Plan, TaskNode } from '../domain/plan.js';

/** Which steps have opened and settled. */
export interface StepProgress {
  openFirst(): void;
  settleTask(task: TaskNode): void;
  /** The gate at a step's end opens the next step. */
  settleGate(gate: GateNode): void;
  /**
   * The events of what has happened since the last call: settled steps, then opened ones, each in file order. A step
   * without tasks settles as it opens. After a halt nothing opens: `openings: false` leaves them out.
   */
  takeEvents(atMs: number, options: { readonly openings: boolean }): readonly RunEvent[];
}

export function createStepProgress(plan: Plan): StepProgress {
  const orderOf = new Map(plan.steps.map(({ name }, order) => [name, order]));
  const unsettled = plan.steps.map(({ tasks }) => tasks.length);
  const settled: number[] = [];
  const opened: number[] = [];
  const orderOfStep = (name: StepName): number => {
    const order = orderOf.get(name);
    if (order === undefined) throw new Error(`Bug: ${name} is not a step of this plan.`);
    return order;
  };
  const open = (order: number): void => {
    if (order < plan.steps.length) opened.push(order);
  };
  return {
    openFirst: () => {
      open(0);
    },
    settleTask: ({ step }) => {
      const order = orderOfStep(step);
      const left = (unsettled[order] ?? 0) - 1;
      unsettled[order] = left;
      if (left === 0) settled.push(order);
    },
    settleGate: ({ at, step }) => {
      if (at === 'end') open(orderOfStep(step) + 1);
    },
    takeEvents: (at, { openings }) => {
      const openedNow = openings ? opened.splice(0) : [];
      const settledNow = settled.splice(0);
      const settledBefore = settledNow.filter((order) => !openedNow.includes(order));
      return [
        ...inFileOrder(plan, settledBefore).map(({ name }): RunEvent => ({
          type: 'step-settled',
          at,
          step: name,
        })),
        ...inFileOrder(plan, openedNow).flatMap(({ name, tasks }): readonly RunEvent[] => [
          { type: 'step-opened', at, step: name },
          // Of a step without tasks, or one whose tasks were all finished before, there is nothing to wait for.
          ...(tasks.length === 0 || settledNow.includes(orderOfStep(name))
            ? [{ type: 'step-settled', at, step: name } as const]
            : []),
        ]),
      ];
    },
  };
}

function inFileOrder(plan: Plan, orders: readonly number[]): Plan['steps'] {
  return orders.toSorted((left, right) => left - right).flatMap((order) => plan.steps[order] ?? []);
}
