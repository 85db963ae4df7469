import type { DeployPlanOptions } from '@flotilla/k8s-executor';
import type { NxTask } from './nx-task';
import { printRefusal } from './print';

type Locking = Pick<DeployPlanOptions, 'mode' | 'lockTimeoutMs' | 'lockDurationMs'>;

/** How the run gets its lock; undefined (with the reason printed) when the options make no sense. */
export async function readLocking({
  options,
  say,
}: Pick<NxTask, 'options' | 'say'>): Promise<Locking | undefined> {
  const { parseDuration } = await import('../runtime.mjs');
  const { resume = false, takeOver = false } = options;
  if (resume && takeOver) {
    printRefusal({ message: 'resume and takeOver exclude each other.' }, say);
    return undefined;
  }
  const durations: Record<'lockTimeout' | 'lockDuration', number | undefined> = {
    lockTimeout: undefined,
    lockDuration: undefined,
  };
  for (const name of ['lockTimeout', 'lockDuration'] as const) {
    const said = options[name];
    if (said === undefined) continue;
    durations[name] = parseDuration(/^\d+$/.test(said) ? Number(said) : said);
    if (durations[name] !== undefined && durations[name] % (name === 'lockDuration' ? 1000 : 1) === 0)
      continue;
    printRefusal(
      { message: `${name} is a duration, not ${JSON.stringify(said)}.`, help: 'For example 90s, 10m.' },
      say,
    );
    return undefined;
  }
  return {
    ...(resume && { mode: 'resume' }),
    ...(takeOver && { mode: 'take-over' }),
    ...(durations.lockTimeout !== undefined && { lockTimeoutMs: durations.lockTimeout }),
    ...(durations.lockDuration !== undefined && { lockDurationMs: durations.lockDuration }),
  };
}
