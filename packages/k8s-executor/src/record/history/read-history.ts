import type { TaskId } from '@flotilla/core';
import type { ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import { isJsonObject, listOf, mappingOf, numberOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { decodeObjects } from './encode-objects.js';
import {
  historySelector,
  parseRevision,
  revisionName,
  type HistoryPlace,
  type Revision,
  type StoredRevision,
} from './revision.js';

/** The kinds in which revisions are kept: ControllerRevisions, and Secrets for what holds secrets. */
export const historyKinds = [
  { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  { apiVersion: 'v1', kind: 'Secret' },
] as const;

/** A part of a revision in the cluster, without what it holds. */
export interface RevisionPart {
  readonly revision: StoredRevision;
  readonly object: KubeObject;
}

/** All parts of one of the `historyKinds`; only their metadata travels. */
export async function listParts(
  cluster: Pick<Cluster, 'resource' | 'list'>,
  place: HistoryPlace,
  { apiVersion, kind }: (typeof historyKinds)[number],
): Promise<ApiResult<readonly RevisionPart[]>> {
  const resource = await cluster.resource(apiVersion, kind);
  if (!resource.ok) return resource;
  if (resource.value === undefined) return { ok: true, value: [] };
  const { namespace } = place;
  const where = { namespace, labelSelector: historySelector(place), metadataOnly: true };
  const listed = await cluster.list(resource.value, where);
  if (!listed.ok) return listed;
  const parts = listed.value.flatMap((object) => {
    const revision = parseRevision(place, object);
    return revision === undefined ? [] : [{ revision, object }];
  });
  return { ok: true, value: parts };
}

/** The revisions of a deployment, each task's newest first. */
export async function readHistory(
  cluster: Pick<Cluster, 'resource' | 'list'>,
  place: HistoryPlace,
): Promise<ApiResult<readonly StoredRevision[]>> {
  const [kind] = historyKinds;
  const parts = await listParts(cluster, place, kind);
  if (!parts.ok) return parts;
  // Further chunks carry the name of the first and more.
  const first = parts.value.filter(
    ({ revision, object }) => object.metadata.name === revisionName(place, revision.task, revision.number),
  );
  return {
    ok: true,
    value: first
      .map(({ revision }) => revision)
      .sort((a, b) => byTask(a.task, b.task) || b.number - a.number),
  };
}

function byTask(a: TaskId, b: TaskId): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The objects of a revision in apply order; undefined when a part of it is missing. */
export async function readRevision(
  cluster: Pick<Cluster, 'get'>,
  place: HistoryPlace,
  { task, number }: Pick<Revision, 'task' | 'number'>,
): Promise<ApiResult<readonly KubeObject[] | undefined>> {
  const [plainKind, secretKind] = historyKinds;
  const where = { namespace: place.namespace, name: revisionName(place, task, number) };
  const plain = await readObjects(cluster, { ...plainKind, ...where });
  if (!plain.ok) return plain;
  if (plain.value === undefined) return { ok: true, value: undefined };
  const { head, objects } = plain.value;
  if (head.metadata.annotations?.[secretAnnotation] === undefined)
    return { ok: true, value: inOrder(objects) };
  const secret = await readObjects(cluster, { ...secretKind, ...where });
  if (!secret.ok) return secret;
  return {
    ok: true,
    value: secret.value === undefined ? undefined : inOrder([...objects, ...secret.value.objects]),
  };
}

/** On the ControllerRevision of a revision of which a part is in a Secret: without that it is not whole. */
export const secretAnnotation = 'flotilla.dev/secret';

/** Where in the task's order an object stood, while it is kept apart from the others. */
export const orderAnnotation = 'flotilla.dev/order';

function inOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const orderOf = ({ metadata }: KubeObject) => Number(metadata.annotations?.[orderAnnotation] ?? 0);
  return objects
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .map((object) => {
      const annotations = Object.entries(object.metadata.annotations ?? {});
      const others = Object.fromEntries(annotations.filter(([name]) => name !== orderAnnotation));
      return { ...object, metadata: { ...object.metadata, annotations: others } };
    });
}

/** What one of the `historyKinds` holds of a revision, and its first part. */
interface PartsOfKind {
  readonly head: KubeObject;
  readonly objects: readonly KubeObject[];
}

async function readObjects(
  cluster: Pick<Cluster, 'get'>,
  reference: Parameters<Cluster['get']>[0],
): Promise<ApiResult<PartsOfKind | undefined>> {
  const first = await cluster.get(reference);
  if (!first.ok) return first;
  const head = first.value;
  if (head === undefined) return { ok: true, value: undefined };
  const held = contentOf(head);
  if (textOf(held, 'encoding') === 'json') {
    const objects = decodeObjects({ encoding: 'json', objects: listOf(held, 'objects') as KubeObject[] });
    return { ok: true, value: objects === undefined ? undefined : { head, objects } };
  }
  const chunks = [textOf(held, 'chunk')];
  for (let at = 2; at <= numberOf(held, 'chunks', 1); at += 1) {
    const further = await cluster.get({ ...reference, name: `${reference.name}.${String(at)}` });
    if (!further.ok) return further;
    if (further.value === undefined) return { ok: true, value: undefined };
    chunks.push(textOf(contentOf(further.value), 'chunk'));
  }
  const objects = decodeObjects({ encoding: 'gzip', chunks });
  return { ok: true, value: objects === undefined ? undefined : { head, objects } };
}

/** What a part holds: the data of a ControllerRevision, or of a Secret the JSON under one key. */
function contentOf(object: KubeObject): JsonObject {
  if (object.kind !== 'Secret') return mappingOf(object, 'data');
  const text = Buffer.from(textOf(mappingOf(object, 'data'), 'revision.json'), 'base64').toString('utf8');
  const parsed: Json = text === '' ? {} : (JSON.parse(text) as Json);
  return isJsonObject(parsed) ? parsed : {};
}
