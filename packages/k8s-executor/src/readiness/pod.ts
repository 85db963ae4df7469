import { listOf, mappingOf, textOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionsOf, current, failed, isTrue, progressing } from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';

/** kstatus' rule, and: a failed pod has failed; an unschedulable one waits, since a node may be on its way. */
export const judgePod: ReadinessRule = (object) => {
  const status = part(object, 'status');
  const phase = textOf(status, 'phase');
  switch (phase) {
    case 'Succeeded':
      return current('it has completed');
    case 'Failed':
      return failed(textOf(status, 'message') || textOf(status, 'reason') || 'it has failed');
    case 'Running':
      return judgeRunning(object);
    default:
      return judgePending(object, phase);
  }
};

/** A pod as a task of its own: done when it has completed. */
export const judgePodCompletion: ReadinessRule = (object) => {
  const judged = judgePod(object);
  const completed = textOf(part(object, 'status'), 'phase') === 'Succeeded';
  return judged.status === 'current' && !completed ? progressing('it is running') : judged;
};

function judgeRunning(object: KubeObject): Readiness {
  if (isTrue(object, 'Ready')) return current('it is ready');
  const crashing = listOf(part(object, 'status'), 'containerStatuses').find(
    (container) =>
      textOf(mappingOf(mappingOf(container, 'state'), 'waiting'), 'reason') === 'CrashLoopBackOff',
  );
  if (crashing !== undefined) return failed(`container ${textOf(crashing, 'name')} crashes again and again`);
  return progressing('it is running, but not ready');
}

function judgePending(object: KubeObject, phase: string): Readiness {
  const unscheduled = conditionsOf(object).find(
    ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
  );
  if (unscheduled !== undefined)
    return progressing(`no node for it${unscheduled.message === '' ? '' : `: ${unscheduled.message}`}`);
  return progressing(phase === '' ? 'no kubelet has seen it yet' : `it is ${phase.toLowerCase()}`);
}
