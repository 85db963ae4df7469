import type { FlagValues } from './flags.js';
import { refuseUsage } from './refusal.js';

/** `--concurrency` as runs take it; refuses what is not a whole number above 0. */
export function readConcurrency(flags: FlagValues): { concurrency?: number } {
  const said = flags.value('concurrency');
  if (said === undefined) return {};
  const concurrency = Number(said);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    refuseUsage(`--concurrency is a whole number above 0, not ${JSON.stringify(said)}.`);
  return { concurrency };
}
