import { numberOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionsOf, counted, current, failed, isTrue, progressing } from './readiness.js';
import type { Condition, Readiness, ReadinessRule } from './readiness.js';

/** kstatus' rule: a job that runs is current. One that its spec suspends is what was asked for. */
export const judgeJob: ReadinessRule = (object) => {
  const ended = judgeEnd(object);
  if (ended !== undefined) return ended;
  if (isSuspended(object)) return current('it is suspended, as its spec asks');
  if (part(object, 'status')['startTime'] === undefined) return progressing('it has not started');
  return current(`it is running: ${printPods(object)}`);
};

/** A job as a task: done when it has completed. */
export const judgeJobCompletion: ReadinessRule = (object) => {
  const ended = judgeEnd(object);
  if (ended !== undefined) return ended;
  if (part(object, 'spec')['suspend'] === true)
    return progressing('it is suspended: it runs once its spec.suspend is false');
  if (part(object, 'status')['startTime'] === undefined) return progressing('it has not started');
  return progressing(`it is running: ${printPods(object)}`);
};

/** Conditions are read in their order; `FailureTarget` tells of a failure while the last pods still end. */
function judgeEnd(object: KubeObject): Readiness | undefined {
  const trueOnes = conditionsOf(object).filter((condition) => condition.status === 'True');
  const end = trueOnes.find(({ type }) => type === 'Complete' || type === 'Failed');
  if (end?.type === 'Complete') return current('it has completed');
  const failure = end ?? trueOnes.find(({ type }) => type === 'FailureTarget');
  return failure && failed(printFailure(failure));
}

function printFailure({ message, reason }: Condition): string {
  return message || reason || 'it has failed';
}

function isSuspended(object: KubeObject): boolean {
  return part(object, 'spec')['suspend'] === true && isTrue(object, 'Suspended');
}

function printPods(object: KubeObject): string {
  const status = part(object, 'status');
  const wanted = numberOf(part(object, 'spec'), 'completions', 1);
  return `${counted(numberOf(status, 'active'), 'pod')} active, ${numberOf(status, 'succeeded')} of ${wanted} completed`;
}
