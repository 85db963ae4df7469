import type { Evidence } from '@flotilla/core';
import { mappingOf, numberOf, textOf } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { timeOfEvent } from './read-events.js';
import { plainRefusal } from './room-trouble.js';

export type EvidenceEvent = Evidence['events'][number];

const eventsShown = 8;

/** What goes well says nothing about what does not; nor does waiting before the next try to pull an image. */
const ordinary = new Set([
  'BackOff',
  'Scheduled',
  'Pulling',
  'Pulled',
  'Created',
  'Started',
  'Killing',
  'SuccessfulCreate',
  'SuccessfulDelete',
  'SuccessfulAttachVolume',
  'ScalingReplicaSet',
  'Provisioning',
  'ProvisioningSucceeded',
  'Completed',
]);

/**
 * The events that matter: those of one reason and about one thing become one with a count, though controllers word
 * each with another made-up name; warnings first, then the newest first.
 */
export function foldEvents(events: readonly KubeObject[]): readonly EvidenceEvent[] {
  const newestFirst = [...events].sort((a, b) => timeOfEvent(b).localeCompare(timeOfEvent(a)));
  const folded = new Map<string, EvidenceEvent>();
  for (const event of newestFirst) {
    const type = textOf(event, 'type');
    const reason = textOf(event, 'reason');
    if (type === 'Normal' && ordinary.has(reason)) continue;
    const message =
      reason === 'FailedCreate' ? plainRefusal(textOf(event, 'message')) : textOf(event, 'message');
    const key = [type, reason, message].join('\n');
    const known = folded.get(key);
    folded.set(key, { type, reason, message, count: countOf(event) + (known?.count ?? 0) });
  }
  const all = [...folded.values()];
  const warnings = all.filter((event) => event.type !== 'Normal');
  const normal = all.filter((event) => event.type === 'Normal');
  return [...warnings, ...normal].slice(0, eventsShown);
}

function countOf(event: KubeObject): number {
  return Math.max(numberOf(mappingOf(event, 'series'), 'count'), numberOf(event, 'count', 1), 1);
}
