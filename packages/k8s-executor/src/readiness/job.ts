import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf, current, failed, numberOf, part, progressing } from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';

/** kstatus' rule: a job that runs is current. */
export const judgeJob: ReadinessRule = (object) => {
  const ended = judgeEnd(object);
  if (ended !== undefined) return ended;
  const status = part(object, 'status');
  if (status['startTime'] === undefined) return progressing('it has not started');
  return current(`it is running: ${printPods(object)}`);
};

/** A job as a task: done when it has completed. */
export const judgeJobCompletion: ReadinessRule = (object) => {
  const ended = judgeEnd(object);
  if (ended !== undefined) return ended;
  if (part(object, 'status')['startTime'] === undefined) return progressing('it has not started');
  return progressing(`it is running: ${printPods(object)}`);
};

function judgeEnd(object: KubeObject): Readiness | undefined {
  const failure = [conditionOf(object, 'Failed'), conditionOf(object, 'FailureTarget')].find(
    (condition) => condition?.status === 'True',
  );
  if (failure !== undefined) return failed(failure.message || failure.reason || 'it has failed');
  if (conditionOf(object, 'Complete')?.status === 'True') return current('it has completed');
  if (conditionOf(object, 'Suspended')?.status === 'True') return progressing('it is suspended');
  return undefined;
}

function printPods(object: KubeObject): string {
  const status = part(object, 'status');
  const wanted = numberOf(part(object, 'spec'), 'completions', 1);
  return `${numberOf(status, 'active')} pods active, ${numberOf(status, 'succeeded')} of ${wanted} completed`;
}
