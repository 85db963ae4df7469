import { createPriorityQueue } from '../domain/priority-queue.js';

/** The numbers from 0 in an order that keeps every `from` before its `to`s. */
export interface FirstReadyOrder {
  readonly order: readonly number[];
  /** Those that came out although something before them had not: the places where circles were cut. */
  readonly forced: readonly number[];
}

/**
 * Again and again the smallest number whose predecessors are all out; where there is none, in a circle, the
 * smallest that is left. `after[n]` lists what must come after `n`, twice when it is said twice.
 */
export function orderFirstReady(after: readonly (readonly number[])[]): FirstReadyOrder {
  const waiting = new Int32Array(after.length);
  for (const followers of after)
    for (const follower of followers) waiting[follower] = count(waiting, follower) + 1;
  const ready = createPriorityQueue<number>((left, right) => left - right);
  waiting.forEach((blockers, number) => {
    if (blockers === 0) ready.push(number);
  });
  const order: number[] = [];
  const forced: number[] = [];
  const out = new Uint8Array(after.length);
  let smallestLeft = 0;
  while (order.length < after.length) {
    while (out[smallestLeft] === 1) smallestLeft++;
    let next = ready.pop();
    if (next === undefined) forced.push((next = smallestLeft));
    if (out[next] === 1) continue;
    out[next] = 1;
    order.push(next);
    for (const follower of after[next] ?? []) {
      waiting[follower] = count(waiting, follower) - 1;
      if (waiting[follower] === 0) ready.push(follower);
    }
  }
  return { order, forced };
}

function count(waiting: Int32Array, number: number): number {
  return waiting[number] ?? 0;
}
