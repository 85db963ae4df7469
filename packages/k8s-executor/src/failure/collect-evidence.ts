import type { Evidence } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { JsonObject } from '../cluster/json.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { mappingOf, numberOf, textOf } from '../readiness/readiness.js';
import { containerStatuses, isReady } from './pod-symptoms.js';
import { readEventsOf, timeOfEvent } from './read-events.js';
import type { Symptom } from './symptom.js';

/** What is known when a task fails or times out. */
export interface Finding {
  readonly object: KubeObject;
  /** The object's state in words. */
  readonly state: string;
  /** What it most probably failed of; undefined when it is just not ready. */
  readonly symptom?: Symptom | undefined;
  readonly pods: readonly KubeObject[];
  /** Other objects whose events count, e.g. the ReplicaSet of a Deployment. */
  readonly related: readonly KubeObject[];
}

export interface EvidenceSource {
  readonly cluster: Cluster;
  readonly redact: (text: string) => string;
  readonly signal?: AbortSignal;
}

const logLines = 25;
const podsRead = 2;

/** Reads events and logs and puts them in the order in which they help (execution.md §3). What cannot be read is left out. */
export async function collectEvidence(finding: Finding, source: EvidenceSource): Promise<Evidence> {
  const pods = suspects(finding);
  const [events, logs] = await Promise.all([
    readEvents([finding.object, ...finding.related, ...pods], source),
    readLogs(pods, source),
  ]);
  const { object, symptom, state } = finding;
  const { redact } = source;
  return {
    cause: redact(symptom?.cause ?? `${object.kind} ${object.metadata.name} is not ready: ${state}`),
    ...(symptom?.advice !== undefined && { advice: redact(symptom.advice) }),
    object: referenceOf(object),
    state: redact(state),
    events: events.map((event) => ({ ...event, message: redact(event.message) })),
    logs: logs.map((log) => ({ ...log, lines: log.lines.map(redact) })),
    command: furtherCommand(finding, pods[0]),
  };
}

/** The pods to look at: the one that showed the symptom first, then others that are not ready. */
function suspects({ pods, symptom }: Finding): readonly KubeObject[] {
  const unready = pods.filter((pod) => !isReady(pod));
  const shown = pods.filter((pod) => pod.metadata.name === symptom?.pod);
  return [...new Set([...shown, ...unready])].slice(0, podsRead);
}

type FoundEvent = Evidence['events'][number];

async function readEvents(
  objects: readonly KubeObject[],
  { cluster, signal }: EvidenceSource,
): Promise<readonly FoundEvent[]> {
  const lists = await Promise.all(objects.map((object) => readEventsOf(object, cluster, signal)));
  return foldEvents(lists.flat());
}

const eventsShown = 8;

/** Events of one reason and message become one with a count; warnings first, then the newest first. */
function foldEvents(events: readonly KubeObject[]): readonly FoundEvent[] {
  const newestFirst = [...events].sort((a, b) => timeOfEvent(b).localeCompare(timeOfEvent(a)));
  const folded = new Map<string, FoundEvent>();
  for (const event of newestFirst) {
    const [type, reason, message] = [
      textOf(event, 'type'),
      textOf(event, 'reason'),
      textOf(event, 'message'),
    ];
    const key = [type, reason, message].join('\n');
    const series = numberOf(mappingOf(event, 'series'), 'count');
    const count = Math.max(series, numberOf(event, 'count', 1), 1) + (folded.get(key)?.count ?? 0);
    folded.set(key, { type, reason, message, count });
  }
  const all = [...folded.values()];
  const warnings = all.filter((event) => event.type !== 'Normal');
  const normal = all.filter((event) => event.type === 'Normal');
  return [...warnings, ...normal].slice(0, eventsShown);
}

type FoundLog = Evidence['logs'][number];

async function readLogs(pods: readonly KubeObject[], source: EvidenceSource): Promise<readonly FoundLog[]> {
  const wanted = pods.flatMap((pod) =>
    containerStatuses(pod)
      .filter((container) => container['ready'] !== true && container['containerID'] !== undefined)
      .map((container) => ({ pod, container })),
  );
  const logs = await Promise.all(
    wanted.map(async ({ pod, container }) => {
      // Of a container that waits or runs again the run before is the one that crashed.
      const previous = hasEnded(container, 'lastState') && !hasEnded(container, 'state');
      return readLog(pod, { container: textOf(container, 'name'), previous }, source);
    }),
  );
  return logs.filter((log) => log !== undefined).filter((log) => log.lines.length > 0);
}

function hasEnded(container: JsonObject, key: 'state' | 'lastState'): boolean {
  return mappingOf(container, key)['terminated'] !== undefined;
}

async function readLog(
  pod: KubeObject,
  which: { readonly container: string; readonly previous: boolean },
  source: EvidenceSource,
): Promise<FoundLog | undefined> {
  const { name, namespace = 'default' } = pod.metadata;
  const result = await source.cluster.logs({
    namespace,
    pod: name,
    ...which,
    tailLines: logLines,
    ...(source.signal && { signal: source.signal }),
  });
  if (!result.ok) return undefined;
  const lines: string[] = [];
  for await (const line of result.value) lines.push(line);
  return { pod: name, ...which, lines: lines.slice(-logLines) };
}

function furtherCommand({ object, symptom }: Finding, pod: KubeObject | undefined): string {
  const { namespace, name } = object.metadata;
  const kubectl = namespace === undefined ? 'kubectl' : `kubectl -n ${namespace}`;
  if (pod === undefined) return `${kubectl} describe ${object.kind.toLowerCase()} ${name}`;
  if (symptom?.key.startsWith('crash/') === true) {
    return `${kubectl} logs ${pod.metadata.name} -c ${symptom.container ?? ''} --previous`;
  }
  return `${kubectl} describe pod ${pod.metadata.name}`;
}
