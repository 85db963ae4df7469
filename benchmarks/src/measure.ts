import { sayProgress } from './progress.js';
import { milliseconds } from './table.js';

/** One way of doing a thing, to be timed beside the others. */
export interface Contender {
  readonly name: string;
  /** It is so slow that fewer rounds must do. */
  readonly mostRounds?: number;
  /** Does it once; returns milliseconds. Preparation is its own affair and does not count. */
  readonly measure: (round: number) => Promise<number>;
}

export interface Row {
  readonly name: string;
  readonly medianMs: number;
  /** The fastest and the slowest round. */
  readonly rangeMs: readonly [number, number];
}

/**
 * Measures the contenders in turns, `rounds` times, each round beginning with the next one, so that a machine that
 * grows slower, or a server that grows fuller, is unfair to nobody. Rows come in the order given.
 */
export async function measureInTurns(
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly Row[]> {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (round + turn) % contenders.length;
      const contender = contenders[index];
      if (contender === undefined || round >= (contender.mostRounds ?? rounds)) continue;
      const ms = await contender.measure(round);
      times[index]?.push(ms);
      sayProgress(`round ${round + 1}: ${contender.name} ${milliseconds(ms)}`);
    }
  }
  return contenders.map(({ name }, index) => summarize(name, times[index] ?? []));
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function summarize(name: string, times: readonly number[]): Row {
  return { name, medianMs: median(times), rangeMs: [Math.min(...times), Math.max(...times)] };
}
