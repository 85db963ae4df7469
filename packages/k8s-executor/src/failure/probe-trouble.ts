import { listOf, mappingOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import { containerSpec, nameContainer } from './container-role.js';
import type { Symptom } from './symptom.js';

/** The start of the key of what only a timeout ends: a probe may succeed at any time. */
export const unreadyKey = 'unready/';

/** What keeps a container that runs from being ready: its probe. Never conclusive. */
export function probeSymptom(pod: KubeObject, status: JsonObject): Symptom | undefined {
  if (mappingOf(status, 'state')['running'] === undefined || status['ready'] === true) return undefined;
  const name = textOf(status, 'name');
  const spec = containerSpec(pod, name);
  const startup = mappingOf(spec, 'startupProbe');
  const readiness = mappingOf(spec, 'readinessProbe');
  const starts = status['started'] === false && Object.keys(startup).length > 0;
  const probe = starts ? startup : readiness;
  if (Object.keys(probe).length === 0) return undefined;
  return {
    ...patient,
    key: `${unreadyKey}${name}`,
    cause: `${nameContainer(pod, name)} runs but is not ready: its ${starts ? 'startup' : 'readiness'} probe (${printProbe(probe)}) does not succeed`,
    advice: 'Check the probe against what the container serves, and its log.',
    pod: pod.metadata.name,
    container: name,
  };
}

/** A pod whose containers are ready and that somebody else holds back. */
export function gateSymptom(pod: KubeObject): Symptom | undefined {
  if (conditionOf(pod, 'ContainersReady')?.status !== 'True') return undefined;
  const gate = listOf(part(pod, 'spec'), 'readinessGates')
    .map((each) => textOf(each, 'conditionType'))
    .find((type) => conditionOf(pod, type)?.status !== 'True');
  if (gate === undefined) return undefined;
  return {
    ...patient,
    key: `${unreadyKey}gate/${gate}`,
    cause: `pod ${pod.metadata.name} waits for its readiness gate ${gate}`,
    advice: 'Look at the controller that sets this condition.',
    pod: pod.metadata.name,
  };
}

const patient = { class: 'heals-sometimes', graceMs: Infinity, conclusive: false } as const;

/** `HTTP GET /healthz on port 8080`, as people say it. */
function printProbe(probe: JsonObject): string {
  const http = mappingOf(probe, 'httpGet');
  const tcp = mappingOf(probe, 'tcpSocket');
  const grpc = mappingOf(probe, 'grpc');
  const { command } = mappingOf(probe, 'exec');
  if (http['port'] !== undefined)
    return `${textOf(http, 'scheme') || 'HTTP'} GET ${textOf(http, 'path') || '/'} on port ${printPort(http)}`;
  if (tcp['port'] !== undefined) return `TCP port ${printPort(tcp)}`;
  if (grpc['port'] !== undefined) return `gRPC port ${printPort(grpc)}`;
  return Array.isArray(command) ? `command ${command.map(String).join(' ')}` : 'of its own kind';
}

function printPort({ port }: JsonObject): string {
  return typeof port === 'number' || typeof port === 'string' ? String(port) : '';
}
