import { parseDuration, type CompileOptions } from '@flotilla/core';
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

/** `--timeout` and `--only` as the compiler takes them; refuses what is no duration. */
export function readCompileOptions(flags: FlagValues): Pick<CompileOptions, 'timeoutMs' | 'only'> {
  const timeoutMs = readTimeout(flags);
  const only = flags.list('only').flatMap((said) => said.split(',').map((name) => name.trim()));
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(flags.has('only') && { only: only.filter((name) => name !== '') }),
  };
}

function readTimeout(flags: FlagValues): number | undefined {
  const said = flags.value('timeout');
  if (said === undefined) return undefined;
  const timeoutMs = parseDuration(/^\d+$/.test(said) ? Number(said) : said);
  if (timeoutMs === undefined || timeoutMs === 0)
    refuseUsage(
      `--timeout is a duration above 0, not ${JSON.stringify(said)}.`,
      'Whole seconds, or for example 250ms, 90s, 1m30s.',
    );
  return timeoutMs;
}
