import type { Clock, Evidence } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { mappingOf, numberOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { linkAbort } from '../cluster/transport/linked-abort.js';
import { part, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { foldEvents, type EvidenceEvent } from './evidence-events.js';
import { containerStatuses, crashKey, isReady, lastEnd, lastWordsAdvice } from './pod-symptoms.js';
import { readEventsOf } from './read-events.js';
import { sharpenCause } from './sharpen-cause.js';
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
  /** Last lines that were seen live: they stand in for logs that went away with their pod. */
  readonly heard?: readonly FoundLog[];
}

export interface EvidenceSource {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
  readonly signal?: AbortSignal;
}

export type FoundLog = Evidence['logs'][number];

/** How many lines of a log are evidence. */
export const logLinesKept = 25;
const podsRead = 2;
/** Long enough for a busy node: a failure without its log sends people to look for it themselves. */
const logReadMs = 10_000;

/** Reads events and logs and puts them in the order in which they help (execution.md §3). What cannot be read is left out. */
export async function collectEvidence(finding: Finding, source: EvidenceSource): Promise<Evidence> {
  const pods = suspects(finding);
  const [events, logs] = await Promise.all([
    readEvents([finding.object, ...finding.related, ...pods], source),
    readLogs(pods, finding, source),
  ]);
  const found = logs.length > 0 ? logs : (finding.heard ?? []);
  return composeEvidence(withoutVainAdvice(finding, found), { events, logs: found }, source);
}

/** The evidence that is known without asking the cluster. */
export function evidenceAtHand(finding: Finding, source: Pick<EvidenceSource, 'redact'>): Evidence {
  return composeEvidence(finding, { events: [], logs: finding.heard ?? [] }, source);
}

function composeEvidence(
  finding: Finding,
  { events, logs }: { readonly events: readonly EvidenceEvent[]; readonly logs: readonly FoundLog[] },
  { redact }: Pick<EvidenceSource, 'redact'>,
): Evidence {
  const { object, symptom, state } = finding;
  const advice = symptom?.advice;
  return {
    cause: redact(causeOf(finding, events)),
    ...(advice !== undefined && { advice: redact(advice) }),
    object: referenceOf(object),
    state: redact(state),
    events: events
      .filter((event) => event.message !== state)
      .map((event) => ({ ...event, message: redact(event.message) })),
    logs: logs.map((log) => ({ ...log, lines: log.lines.map(redact) })),
    command: furtherCommand(finding, suspects(finding)[0]),
  };
}

/** Nobody can read last words that there are not. */
function withoutVainAdvice(finding: Finding, logs: readonly FoundLog[]): Finding {
  const { symptom } = finding;
  if (symptom?.advice !== lastWordsAdvice || logs.length > 0) return finding;
  return { ...finding, symptom: { ...symptom, advice: silentAdvice } };
}

const silentAdvice = 'It left no log: check its command, its settings and what it needs to start.';

function causeOf({ object, symptom, state }: Finding, events: readonly EvidenceEvent[]): string {
  if (symptom !== undefined && symptom.class !== 'silent') return sharpenCause(symptom, events);
  const lacks = object.kind === 'Job' ? 'has not finished' : 'is not ready';
  return `${object.kind} ${object.metadata.name} ${lacks}: ${state}`;
}

/** The pods to look at: the one that showed the symptom first, then others that are not ready, the newest first. */
function suspects({ pods, symptom }: Finding): readonly KubeObject[] {
  const newestFirst = [...pods].sort((a, b) => createdAt(b).localeCompare(createdAt(a)));
  const unready = newestFirst.filter((pod) => !isReady(pod));
  const shown = pods.filter((pod) => pod.metadata.name === symptom?.pod);
  return [...new Set([...shown, ...unready])].slice(0, podsRead);
}

function createdAt(pod: KubeObject): string {
  return pod.metadata.creationTimestamp ?? '';
}

async function readEvents(
  objects: readonly KubeObject[],
  { cluster, signal }: EvidenceSource,
): Promise<readonly EvidenceEvent[]> {
  const lists = await Promise.all(objects.map((object) => readEventsOf(object, cluster, signal)));
  return foldEvents(lists.flat());
}

async function readLogs(
  pods: readonly KubeObject[],
  { symptom }: Finding,
  source: EvidenceSource,
): Promise<readonly FoundLog[]> {
  const wanted = pods.flatMap((pod) =>
    containerStatuses(pod)
      .filter((container) => mayTell(container, symptom))
      .map((container) => ({ pod, container })),
  );
  const logs = await Promise.all(
    wanted.map(async ({ pod, container }) => {
      // Of a container that waits or runs again the run before is the one that crashed, and of one that has just
      // ended, too: it is about to be started again, and its log to be lost.
      const previous = hasEnded(container, 'lastState') && !(hasEnded(container, 'state') && isOver(pod));
      return readLog(pod, { container: textOf(container, 'name'), previous }, source);
    }),
  );
  return logs.filter((log) => log.lines.length > 0);
}

/** The failing container; without one all that have started, are not ready and did not end well. */
function mayTell(container: JsonObject, symptom: Symptom | undefined): boolean {
  const end = lastEnd(container);
  const hasRun = textOf(container, 'containerID') !== '' || end !== undefined;
  if (!hasRun || symptom?.key.startsWith('start/') === true) return false;
  if (symptom?.container !== undefined) return container['name'] === symptom.container;
  return container['ready'] !== true && (end === undefined || numberOf(end, 'exitCode') !== 0);
}

/** No container of it is started again. */
function isOver(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(textOf(part(pod, 'status'), 'phase'));
}

function hasEnded(container: JsonObject, key: 'state' | 'lastState'): boolean {
  return mappingOf(container, key)['terminated'] !== undefined;
}

async function readLog(
  pod: KubeObject,
  which: { readonly container: string; readonly previous: boolean },
  source: EvidenceSource,
): Promise<FoundLog> {
  const { name, namespace = 'default' } = pod.metadata;
  const { cluster, clock, signal } = source;
  const answered = new AbortController();
  const limit = linkAbort([signal]);
  // A node that is gone keeps a log's stream open and silent.
  void clock.until(clock.now() + logReadMs, answered.signal).then(limit.abort);
  const lines: string[] = [];
  const request = { namespace, pod: name, ...which, tailLines: logLinesKept, signal: limit.signal };
  const result = await cluster.logs(request);
  if (result.ok) for await (const line of result.value) lines.push(line);
  answered.abort();
  limit.release();
  return { pod: name, ...which, lines: lines.slice(-logLinesKept) };
}

function furtherCommand({ object, symptom }: Finding, pod: KubeObject | undefined): string {
  const { namespace, name } = object.metadata;
  const kubectl = namespace === undefined ? 'kubectl' : `kubectl -n ${namespace}`;
  if (pod === undefined) return `${kubectl} describe ${object.kind.toLowerCase()} ${name}`;
  const { key, container } = symptom ?? {};
  const crashed = key?.startsWith(crashKey) === true;
  if (container !== undefined && (crashed || key === 'failed'))
    return `${kubectl} logs ${pod.metadata.name} -c ${container}${crashed ? ' --previous' : ''}`;
  return `${kubectl} describe pod ${pod.metadata.name}`;
}
