import { mostInFlight } from '../cluster/transport/write-gate.js';
import { chooseGrace } from '../failure/grace-times.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import { createDeploymentKey, randomKey } from '../record/deployment-key.js';
import { createMembership } from '../record/membership.js';
import { createLiveObjects } from '../objects/live-objects.js';
import { readPlanFacts } from '../api-errors/plan-facts.js';
import type { Redactor } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';
import { createSecretLearner } from '../objects/secret-learner.js';
import type { PrepareRunOptions } from './prepare-options.js';

/** What all tasks of a run share. */
export function createContext(
  options: PrepareRunOptions & { readonly redactor: Redactor },
  found: Pick<RunContext, 'judgeOf' | 'takenOver'> & { readonly tasks: readonly RenderedTask[] },
): RunContext {
  const { cluster, clock, file, namespace, plan, redactor } = options;
  const { tasks, judgeOf, takenOver } = found;
  const owner = { deployment: plan.name, namespace };
  const live = createLiveObjects(cluster, clock, { ...owner, redactor });
  const applyConcurrency = options.applyConcurrency ?? mostInFlight;
  return {
    cluster,
    clock,
    file,
    ...owner,
    redactor,
    judgeOf,
    secrets: createSecretLearner(cluster, redactor),
    grace: options.grace ?? chooseGrace(file, {}),
    live,
    membership: createMembership({
      ...owner,
      cluster,
      live,
      file,
      applyConcurrency,
      objects: tasks.flatMap(({ manifests }) => manifests.map(({ object }) => object)),
      removesAll: plan.tasks.some(({ kind }) => kind === 'remove-environment'),
      takeOwnership: options.takeOwnership === true,
    }),
    key: createDeploymentKey(owner, options.newKey ?? randomKey),
    force: options.forceConflicts === true,
    takenOver,
    pruneStateful: options.pruneStateful === true,
    rerunJobs: options.rerunJobs === true,
    series: '',
    replace: options.replace === true,
    facts: readPlanFacts(tasks),
    createNamespace: options.createNamespace === true,
    applyConcurrency,
    changedTasks: new Set(),
    leave: () => Promise.resolve(),
    onWarning: warnOnce((message) => options.onWarning?.(redactor.redact(message))),
  };
}

function warnOnce(onWarning: ((message: string) => void) | undefined): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    onWarning?.(message);
  };
}
