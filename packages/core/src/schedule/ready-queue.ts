import type { TaskNode } from '../domain/plan.js';
import { createPriorityQueue } from '../domain/priority-queue.js';

/** Tasks that may start and wait for a free slot. */
export interface ReadyQueue {
  push(task: TaskNode): void;
  /** Takes the most urgent task, ties in file order; undefined when none waits. */
  pop(): TaskNode | undefined;
}

export interface Priority {
  /** Its own expected duration plus the longest chain behind it, in milliseconds (semantics.md §2, rule 2). */
  readonly urgencyMs: number;
  /** Its place in file order. */
  readonly order: number;
}

/** An empty queue. A task's priority is asked for once, when it is pushed. */
export function createReadyQueue(priorityOf: (task: TaskNode) => Priority): ReadyQueue {
  const queue = createPriorityQueue<Priority & { readonly task: TaskNode }>(
    (left, right) => right.urgencyMs - left.urgencyMs || left.order - right.order,
  );
  return {
    push: (task) => {
      queue.push({ ...priorityOf(task), task });
    },
    pop: () => queue.pop()?.task,
  };
}
