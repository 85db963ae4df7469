import type { DeployPlanOptions } from '@flotilla/k8s-executor';
import { printReference } from '@flotilla/k8s-executor';
import type { FlagValues } from './flags.js';
import type { ProcessPorts } from './ports.js';

/** What of a command line decides how it prunes. */
export interface PruningChoice {
  readonly flags: Pick<FlagValues, 'has'>;
  readonly ports: Pick<ProcessPorts, 'ask'>;
}

/** How a run prunes, by the flags; asks a person about what cannot be brought back, if there is one. */
export function choosePruning({ flags, ports }: PruningChoice): NonNullable<DeployPlanOptions['prune']> {
  const { ask } = ports;
  return {
    enabled: !flags.has('no-prune'),
    allowEmpty: flags.has('allow-empty'),
    ...(ask !== undefined &&
      !flags.has('yes') && {
        confirmStateful: async (objects) => {
          const names = objects.map(printReference).join(', ');
          const answer = await ask(
            `The files no longer have ${names}. Delete with all that is in there once the run is through? [y/N] `,
          );
          return /^y(es)?$/i.test(answer.trim());
        },
      }),
  };
}
