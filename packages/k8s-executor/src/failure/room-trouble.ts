import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import type { GraceTimes } from './grace-times.js';
import type { Symptom } from './symptom.js';

/** A pod that no node takes. */
export function unschedulable(pod: KubeObject, grace: GraceTimes): Symptom | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  // What follows is about preemption, which has not helped.
  const why = scheduled.message
    .replace(/\.? (?:no new claims to deallocate|preemption:).*$/s, '')
    .replace(/\.$/, '');
  return {
    class: 'needs-room',
    key: 'unschedulable',
    graceMs: grace.noRoomMs,
    conclusive: true,
    cause: `no node takes pod ${pod.metadata.name}: ${why}`,
    advice: adviseRoom(why),
    pod: pod.metadata.name,
  };
}

const roomAdvice: readonly (readonly [RegExp, string])[] = [
  [/PersistentVolumeClaim|volume node affinity/i, 'Look at its claims: one has no volume that fits.'],
  [/Insufficient|Too many pods/i, 'Ask for less (requests), make room, or add nodes.'],
  [/affinity|selector/i, 'Check its node selector and affinity against the labels of the nodes.'],
  [/taint/i, 'Give it a toleration for the taint, or add nodes without it.'],
];

function adviseRoom(why: string): string {
  const advice = roomAdvice.filter(([pattern]) => pattern.test(why)).map(([, words]) => words);
  return advice.length > 0 ? advice.join(' ') : 'Make room, or add nodes.';
}

const webhookDown = /failed calling webhook "([^"]+)":(?: failed to call webhook:)?(?: \w+ "[^"]*":)? (.*)$/s;
const webhookDenies = /admission webhook "([^"]+)" denied the request:? ?(.*)$/s;
const quotaRefuses = /exceeded quota: ([^,]+), (.*)$/s;
const accountAbsent = /serviceaccount "([^"]+)" not found/;

/** The symptom of a workload whose pods the API server does not take, from the controller's words. */
export function podsRefused(message: string, grace: GraceTimes): Symptom {
  const words = plainRefusal(message);
  const base = { key: 'pods-refused', conclusive: true } as const;
  const room = { ...base, class: 'needs-room', graceMs: grace.noRoomMs } as const;
  const sometimes = { ...base, class: 'heals-sometimes', graceMs: grace.missingConfigMs } as const;
  const [, quota, counts = ''] = quotaRefuses.exec(words) ?? [];
  if (quota !== undefined)
    return {
      ...room,
      cause: `quota ${quota} of the namespace allows no more of its pods (${counts})`,
      advice: 'Raise the quota, ask for less, or remove what is not needed.',
    };
  const [, down, why = ''] = webhookDown.exec(words) ?? [];
  if (down !== undefined)
    return {
      ...room,
      cause: `admission webhook ${down} does not answer, so its pods cannot be created: ${why}`,
      advice: 'Bring the webhook back, or change its failurePolicy.',
    };
  const [, denier, reason = ''] = webhookDenies.exec(words) ?? [];
  if (denier !== undefined)
    return {
      ...sometimes,
      cause: `admission webhook ${denier} refuses its pods: ${reason || 'it does not say why'}`,
      advice: 'Change the pods to what it asks for.',
    };
  const [, account] = accountAbsent.exec(words) ?? [];
  if (account !== undefined)
    return {
      ...sometimes,
      cause: `service account ${account}, which its pods use, does not exist`,
      advice: 'Create it, or deploy it in an earlier step or the same task.',
    };
  return {
    ...sometimes,
    cause: `its pods are refused: ${words}`,
    advice: 'Change the pods to what is asked for.',
  };
}

/** Without what controllers and the API server put around the reason; made-up names would make each try another. */
export function plainRefusal(message: string): string {
  return message
    .replace(/^\(combined from similar events\): /, '')
    .replace(/^Error creating: /, '')
    .replace(/^[Cc]reate Pod \S+ in \S+ \S+ failed error: /, '')
    .replace(/^Internal error occurred: /, '')
    .replace(/^pods? "[^"]*" is forbidden: /, '');
}
