import type { DeployPlanResult } from '../deploy/deploy-options.js';

/** In one line: the outcome, and of each task that did not succeed the reason. */
export function printEnd(result: DeployPlanResult): string {
  switch (result.kind) {
    case 'wrong':
      return `wrong: ${result.diagnostics.map(({ message }) => message).join('; ')}`;
    case 'refused':
      return `refused: ${result.refusal.message}`;
    case 'stopped':
      return `stopped: ${result.reason}`;
    case 'settled': {
      const bad = result.settled.tasks.filter(
        ({ outcome }) => outcome !== 'succeeded' && outcome !== 'unchanged',
      );
      const told = bad.map(({ task, outcome, reason }) => `${task} ${outcome}: ${reason}`);
      return [result.settled.outcome, ...told].join('; ');
    }
  }
}
