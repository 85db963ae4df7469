import type { TaskId } from '@flotilla/core';
import { addObjects, createRedactor } from '../objects/redactor.js';
import type { DeployPlanOptions, DeployPlanResult } from './deploy-options.js';
import { deployPlan } from './deploy-plan.js';
import { planRollback } from './rollback-plan.js';
import { unlessCancelled } from './run-plumbing.js';
import { findRollbackTargets } from './rollback-targets.js';
import { collectPresentFailures, type SavedEvidence } from './save-evidence.js';

/** Which tasks of a deployment go back, and to which revision. `plan` only says whose tasks they are. */
export interface RollbackDeploymentOptions extends Omit<DeployPlanOptions, 'recorded' | 'onHalt' | 'mode'> {
  /** Default: every task that is not what its newest good revision says. */
  readonly tasks?: readonly TaskId[];
  /** For one task: this revision. */
  readonly to?: number;
  /** Given what speaks against a task now, before anything is written: a rollback takes it away with the pods. */
  readonly onEvidence: (saved: SavedEvidence) => void;
}

/**
 * Puts good revisions of exactly these tasks back, from what was recorded, whatever the files say by now: a run like
 * every other, with lock, journal, pruning of what the newer version had added, receipt and history.
 */
export async function rollbackDeployment(options: RollbackDeploymentOptions): Promise<DeployPlanResult> {
  const found = await unlessCancelled(
    options.cancelled,
    findRollbackTargets({ ...options, deployment: options.plan.name }),
  );
  if ('kind' in found) return found;
  if (!found.ok) return { kind: 'refused', refusal: found.refusal };
  const { plan, recorded } = planRollback(options.plan.name, found.targets);
  const redactor = options.redactor ?? createRedactor();
  for (const { objects, live } of found.targets) addObjects([...objects, ...live], redactor);
  return deployPlan({
    ...options,
    plan,
    recorded,
    redactor,
    // What a revision lacks was not there when it was good.
    prune: { enabled: true, allowEmpty: true, ...options.prune },
    collectEvidence: async (context) => {
      const saved = await collectPresentFailures(found.targets, context);
      for (const each of saved) options.onEvidence(each);
      return saved;
    },
  });
}
