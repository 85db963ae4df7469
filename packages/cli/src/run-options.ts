import { parseDuration, type CompileOptions } from '@flotilla/core';
import type { DeployPlanOptions } from '@flotilla/k8s-executor';
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
  const timeoutMs = readDuration(flags, 'timeout');
  const only = flags.list('only').flatMap((said) => said.split(',').map((name) => name.trim()));
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(flags.has('only') && { only: only.filter((name) => name !== '') }),
  };
}

/** `--resume`, `--take-over`, `--lock-timeout` and `--lock-duration` as runs take them; refuses what makes no sense. */
export function readLocking(
  flags: FlagValues,
): Pick<DeployPlanOptions, 'mode' | 'lockTimeoutMs' | 'lockDurationMs'> {
  if (flags.has('resume') && flags.has('take-over'))
    refuseUsage('--resume goes on with a run that has stopped, --take-over stops one: say one of them.');
  const lockTimeoutMs = readDuration(flags, 'lock-timeout');
  const lockDurationMs = readDuration(flags, 'lock-duration');
  if (lockDurationMs !== undefined && lockDurationMs % 1000 !== 0)
    refuseUsage('--lock-duration is in whole seconds: a Lease holds no less.');
  return {
    ...(flags.has('resume') && { mode: 'resume' }),
    ...(flags.has('take-over') && { mode: 'take-over' }),
    ...(lockTimeoutMs !== undefined && { lockTimeoutMs }),
    ...(lockDurationMs !== undefined && { lockDurationMs }),
  };
}

/** The milliseconds that a flag says; refuses what is no duration above 0. */
export function readDuration(
  flags: FlagValues,
  name: 'timeout' | 'request-timeout' | 'lock-timeout' | 'lock-duration',
): number | undefined {
  const said = flags.value(name);
  if (said === undefined) return undefined;
  const durationMs = parseDuration(/^\d+$/.test(said) ? Number(said) : said);
  if (durationMs === undefined || durationMs === 0)
    refuseUsage(
      `--${name} is a duration above 0, not ${JSON.stringify(said)}.`,
      'Whole seconds, or for example 250ms, 90s, 1m30s.',
    );
  return durationMs;
}
