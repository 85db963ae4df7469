import { quoteWords } from '@flotilla/core';
import { clusterFlags } from './choose-cluster.js';
import type { Invocation } from './command.js';
import type { FlagName } from './flags.js';

/** Command lines that go on from where a run was cut short. */
export interface NextCommands {
  readonly resumeCommand?: string;
  readonly rollbackCommand?: string;
  readonly removeCommand?: string;
}

const whereFlags: readonly FlagName[] = ['file', ...clusterFlags, 'param', 'env-id'];

/**
 * What goes on with a run that was cut short; of a deploy also what takes it back, and what removes the deployment. None
 * for a simulated cluster: it ends with its run.
 */
export function nextCommands(
  { flags, words }: Invocation,
  { simulated }: { readonly simulated: boolean },
): NextCommands {
  if (simulated) return {};
  const resumeCommand = quoteWords(['flotilla', ...resumed(words)]);
  if (words[0] !== 'deploy') return { resumeCommand };
  const where = whereFlags.flatMap((name) => flags.list(name).flatMap((value) => [`--${name}`, value]));
  return {
    resumeCommand,
    rollbackCommand: quoteWords(['flotilla', 'rollback', ...where]),
    removeCommand: quoteWords(['flotilla', 'destroy', ...where]),
  };
}

/** The same command, going on with the run. A teardown has nothing to go on with: what is gone is gone. */
function resumed(words: readonly string[]): readonly string[] {
  const again = words.filter((word) => word !== '--take-over' && word !== '--resume');
  return words[0] === 'deploy' ? [...again, '--resume'] : again;
}
