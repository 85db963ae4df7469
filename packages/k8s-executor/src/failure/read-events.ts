import { mappingOf, textOf } from '../cluster/json.js';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** The events about an object; none when they cannot be read. */
export async function readEventsOf(
  object: KubeObject,
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<readonly KubeObject[]> {
  const resource = await cluster.resource('v1', 'Event');
  if (!resource.ok || resource.value === undefined) return [];
  const { uid = '', namespace = 'default' } = object.metadata;
  const fieldSelector = `involvedObject.uid=${uid}`;
  const listed = await cluster.list(resource.value, { namespace, fieldSelector, ...(signal && { signal }) });
  return listed.ok ? listed.value : [];
}

/** When an event was last seen, as text that sorts. */
export function timeOfEvent(event: KubeObject): string {
  const series = mappingOf(event, 'series');
  const times = [
    textOf(series, 'lastObservedTime'),
    textOf(event, 'lastTimestamp'),
    textOf(event, 'eventTime'),
  ];
  return times.find((time) => time !== '') ?? event.metadata.creationTimestamp ?? '';
}
