import type { Evidence } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { mappingOf, numberOf, textOf } from '../readiness/readiness.js';
import { containerStatuses, isReady, lastEnd } from './pod-symptoms.js';
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
  source: EvidenceSource,
): Promise<readonly FoundEvent[]> {
  const resource = await source.cluster.resource('v1', 'Event');
  if (!resource.ok || resource.value === undefined) return [];
  const { value } = resource;
  const lists = await Promise.all(
    objects.map((object) =>
      source.cluster.list(value, {
        namespace: object.metadata.namespace ?? 'default',
        fieldSelector: `involvedObject.uid=${object.metadata.uid ?? ''}`,
        ...(source.signal && { signal: source.signal }),
      }),
    ),
  );
  return foldEvents(lists.flatMap((list) => (list.ok ? list.value : [])));
}

const eventsShown = 8;

/** Events of one reason and message become one with a count; warnings first, then the newest first. */
export function foldEvents(events: readonly KubeObject[]): readonly FoundEvent[] {
  const newestFirst = [...events].sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
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

function timeOf(event: KubeObject): string {
  const series = mappingOf(event, 'series');
  const times = [
    textOf(series, 'lastObservedTime'),
    textOf(event, 'lastTimestamp'),
    textOf(event, 'eventTime'),
  ];
  return times.find((time) => time !== '') ?? event.metadata.creationTimestamp ?? '';
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
      const waiting = mappingOf(mappingOf(container, 'state'), 'waiting')['reason'] !== undefined;
      const restarted = numberOf(container, 'restartCount') > 0;
      // A container that is up again says nothing of the crash; one that waits or ended has said it last.
      const previous = restarted && !waiting && lastEnd(container) !== undefined && isRunning(container);
      return readLog(pod, { container: textOf(container, 'name'), previous }, source);
    }),
  );
  return logs.filter((log) => log !== undefined && log.lines.length > 0) as readonly FoundLog[];
}

function isRunning(container: Parameters<typeof lastEnd>[0]): boolean {
  return mappingOf(container, 'state')['running'] !== undefined;
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
