import type { Clock, DeploymentFile, TaskId } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { ReadinessRule } from '../readiness/readiness.js';
import type { GraceTimes } from '../failure/grace-times.js';
import type { DeploymentKey } from '../record/deployment-key.js';
import type { Membership } from '../record/membership.js';
import type { LiveObjects } from '../objects/live-objects.js';
import type { PlanFacts } from '../api-errors/plan-facts.js';
import type { Redactor } from '../objects/redactor.js';
import type { SecretLearner } from '../objects/secret-learner.js';

/** What all tasks of a run share. */
export interface RunContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly file: DeploymentFile;
  /** The deployment's name. */
  readonly deployment: string;
  readonly namespace: string;
  readonly live: LiveObjects;
  /** How the objects of a task are judged; those of jobs by whether they have completed. */
  readonly judgeOf: (task: TaskId) => ReadinessRule;
  readonly membership: Membership;
  readonly key: DeploymentKey;
  readonly redactor: Redactor;
  /** To be asked before anything that pods print is passed on. */
  readonly secrets: SecretLearner;
  readonly grace: GraceTimes;
  /** Fields are taken over from other managers (`--force-conflicts`). */
  readonly force: boolean;
  /** Keys of the objects that come from another ApplySet (`--take-ownership`): their fields are taken over too. */
  readonly takenOver: ReadonlySet<string>;
  /** A removal takes claims, namespaces and CRDs too (`--prune-stateful`). */
  readonly pruneStateful: boolean;
  readonly rerunJobs: boolean;
  /** Names the run in the jobs that it makes; empty for what only reads. */
  readonly series: string;
  /** What cannot be changed is deleted and made anew (`--replace`). */
  readonly replace: boolean;
  readonly facts: PlanFacts;
  /** The run creates its own namespace when it is missing (`--create-namespace`). */
  readonly createNamespace: boolean;
  readonly applyConcurrency: number;
  /** The labels of the tasks of which the run has changed an object, or may have: an answer is missing. Filled as it goes. */
  readonly changedTasks: Set<string>;
  /** Called when the deployment's own namespace is being deleted: with it go the records and the lock. */
  readonly leave: () => Promise<void>;
  readonly onWarning: (message: string) => void;
}
