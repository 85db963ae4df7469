import { isJsonObject } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import { judge, judgeCompletion } from '../readiness/judge.js';

/** What one looks at in a cluster to know whether it is as asked. */
export type ClusterState = Pick<EmbeddedServer, 'store' | 'kinds'>;

/** The live state of an object; undefined when it is not there. */
function liveOf({ store, kinds }: ClusterState, object: KubeObject): KubeObject | undefined {
  const kind = kinds.byName(object.apiVersion, object.kind);
  return kind === undefined ? undefined : store.get(kind, object.metadata.namespace, object.metadata.name);
}

/** Says what an object lacks of what was asked: that it is there, says all that, and is ready. Undefined: nothing. */
export function findLack(
  cluster: ClusterState,
  desired: KubeObject,
  judged: 'readiness' | 'completion',
): string | undefined {
  const live = liveOf(cluster, desired);
  const subject = printReference(referenceOf(desired));
  if (live === undefined) return `${subject} is missing`;
  const path = findDifference(withData(desired), live, '');
  if (path !== undefined) return `${subject} is not as asked at ${path}`;
  const { status, message } = (judged === 'completion' ? judgeCompletion : judge)(live);
  return status === 'current' ? undefined : `${subject} is ${status}: ${message}`;
}

/** The first place where the live value does not say what the desired one does. It may say more. */
function findDifference(desired: Json | undefined, live: Json | undefined, path: string): string | undefined {
  if (Array.isArray(desired)) {
    const items = desired as readonly Json[];
    const others = Array.isArray(live) ? (live as readonly Json[]) : [];
    if (others.length !== items.length) return path;
    return first(items.map((item, at) => findDifference(item, others[at], `${path}[${at}]`)));
  }
  if (isJsonObject(desired)) {
    if (!isJsonObject(live)) return path;
    return first(
      Object.entries(desired).map(([key, value]) => findDifference(value, live[key], `${path}.${key}`)),
    );
  }
  return desired === live ? undefined : path;
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((each) => each !== undefined);
}

/** The server keeps what a Secret says in plain text as base64. */
function withData(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, stringData } = object;
  if (!isJsonObject(stringData)) return object;
  const data: Record<string, string> = {};
  for (const [key, value] of Object.entries(stringData)) data[key] = encode(value);
  return { apiVersion, kind, metadata, data };
}

function encode(value: Json | undefined): string {
  return Buffer.from(typeof value === 'string' ? value : '').toString('base64');
}
