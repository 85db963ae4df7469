import type { DeploymentFile, RunSettled, TaskId, TaskOutcomeKind } from '@flotilla/core';
import { taskId } from '@flotilla/core';
import type { ApiResult } from '../../cluster/api-failure.js';
import type { JsonObject } from '../../cluster/json.js';
import { keyOf, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { digestAnnotationOf, digestOf } from '../../objects/digest.js';
import { mapBounded } from '../../objects/map-bounded.js';
import { holdsSecret } from '../../objects/redactor.js';
import type { Redactor } from '../../objects/redactor.js';
import type { RecordedRun } from '../record-run.js';
import { encodeObjects } from './encode-objects.js';
import {
  historyKinds,
  listParts,
  orderAnnotation,
  secretAnnotation,
  type RevisionPart,
} from './read-history.js';
import { revisionMetadata, revisionName, type HistoryPlace, type Revision } from './revision.js';

/** How many good revisions of a task are kept. */
const keptMax = 10;
const writesAtOnce = 16;

/** A run that has ended, and what it applied. */
export interface RecordHistoryOptions
  extends
    HistoryPlace,
    Pick<RecordedRun, 'cluster' | 'settled' | 'run' | 'objectsOf' | 'desiredDigestOf' | 'origin' | 'at'> {
  readonly file: Pick<DeploymentFile, 'services'>;
  readonly workflow: string;
  readonly redactor: Redactor;
}

const good: readonly TaskOutcomeKind[] = ['succeeded', 'unchanged', 'recovered'];

/**
 * Keeps a revision of every task that ended well with something else than its newest revision holds, and forgets the
 * eleventh. Written so that a revision that can be seen is whole, wherever the writing is cut off: its
 * ControllerRevision is the last part to come and the first to go.
 */
export async function recordHistory(options: RecordHistoryOptions): Promise<ApiResult<unknown>> {
  const lists = await Promise.all(historyKinds.map((kind) => listParts(options.cluster, options, kind)));
  const failed = lists.find((list) => !list.ok);
  if (failed !== undefined) return failed;
  const parts = lists.flatMap((list) => (list.ok ? list.value : []));
  const byTask = new Map<TaskId, RevisionPart[]>();
  for (const part of parts) byTask.set(part.revision.task, [...(byTask.get(part.revision.task) ?? []), part]);
  const results = await mapBounded(options.settled.tasks, writesAtOnce, async (summary) => {
    const objects = options.objectsOf(summary.task);
    if (objects.length === 0 || !good.includes(summary.outcome)) return undefined;
    return recordTask(summary, objects, { ...options, parts: byTask.get(summary.task) ?? [] });
  });
  return results.find((result) => result?.ok === false) ?? { ok: true, value: undefined };
}

type Recording = RecordHistoryOptions & { readonly parts: readonly RevisionPart[] };

/** On a revision's Secret: it covers the values too, and would tell short ones if it stood elsewhere. */
const valuesAnnotation = 'flotilla.dev/values-digest';

async function recordTask(
  { task, outcome, startedAt, settledAt }: RunSettled['tasks'][number],
  objects: readonly KubeObject[],
  options: Recording,
): Promise<ApiResult<unknown>> {
  const heads = options.parts
    .filter(({ revision, object }) => object.metadata.name === revisionName(options, task, revision.number))
    .toSorted((a, b) => b.revision.number - a.revision.number);
  const newest = heads.find(({ object }) => object.kind === 'ControllerRevision')?.revision;
  const newestSecret = heads.find(
    ({ object, revision }) => object.kind === 'Secret' && revision.number === newest?.number,
  );
  const { plain, secret } = partition(objects, options.redactor);
  const values = secret.length === 0 ? undefined : valuesDigest(secret);
  const digest = options.desiredDigestOf(task);
  const isKnown =
    newest?.digest === digest && newestSecret?.object.metadata.annotations?.[valuesAnnotation] === values;
  if (isKnown) return { ok: true, value: undefined };
  const { run, workflow, origin, at } = options;
  const revision: Revision = {
    task,
    number: Math.max(0, ...options.parts.map((part) => part.revision.number)) + 1,
    run,
    workflow,
    at: at.toISOString(),
    who: origin.who,
    commit: origin.commit,
    outcome,
    durationMs: startedAt === null ? null : settledAt - startedAt,
    digest,
    dependsOn: dependenciesOf(options.file, task),
  };
  const written = await writeParts(revision, { plain, secret, values }, options);
  return written.ok ? await forgetOld(task, revision.number, options) : written;
}

function dependenciesOf(file: Pick<DeploymentFile, 'services'>, task: TaskId): readonly TaskId[] {
  const service = file.services.find(({ name }) => taskId('services', name.value) === task);
  return service?.dependsOn.map(({ value }) => taskId('services', value)) ?? [];
}

function valuesDigest(objects: readonly KubeObject[]): string {
  return digestOf(
    Object.fromEntries(
      objects.map((object) => [keyOf(referenceOf(object)), digestAnnotationOf(object) ?? ''] as const),
    ),
  );
}

/** Secrets, and whatever else repeats a secret's value, are kept apart; each object with its place in the order. */
function partition(objects: readonly KubeObject[], redactor: Redactor) {
  const placed = objects.map((object, at) => {
    const annotations = { ...object.metadata.annotations, [orderAnnotation]: String(at) };
    return { ...object, metadata: { ...object.metadata, annotations } };
  });
  const isSecret = (object: KubeObject) =>
    (object.kind === 'Secret' && object.apiVersion === 'v1') || holdsSecret(object, redactor);
  const secret = new Set(placed.filter(isSecret));
  return { plain: placed.filter((object) => !secret.has(object)), secret: [...secret] };
}

interface Content {
  readonly plain: readonly KubeObject[];
  readonly secret: readonly KubeObject[];
  readonly values: string | undefined;
}

async function writeParts(
  revision: Revision,
  { plain, secret, values }: Content,
  options: Recording,
): Promise<ApiResult<unknown>> {
  const name = revisionName(options, revision.task, revision.number);
  const secrets = secret.length === 0 ? [] : contents(secret).map((held) => secretOf(held));
  const plains = contents(plain).map((held) => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    data: held,
    revision: revision.number,
  }));
  // The first chunk, which says how many there are, comes last.
  for (const parts of [secrets, plains]) {
    for (const [at, part] of [...parts.entries()].reverse()) {
      const metadata = revisionMetadata(options, revision, at === 0 ? name : `${name}.${String(at + 1)}`);
      const marks = marksOf(part.kind, values);
      const annotations = { ...metadata.annotations, ...marks };
      const written = await options.cluster.create({ ...part, metadata: { ...metadata, annotations } });
      if (!written.ok) return written;
    }
  }
  return { ok: true, value: undefined };
}

/** `values`: undefined when the revision has no Secret. */
function marksOf(kind: string, values: string | undefined): Readonly<Record<string, string>> {
  if (values === undefined) return {};
  return kind === 'Secret' ? { [valuesAnnotation]: values } : { [secretAnnotation]: 'true' };
}

function contents(objects: readonly KubeObject[]): readonly JsonObject[] {
  const encoded = encodeObjects(objects);
  if (encoded.encoding === 'json') return [{ encoding: 'json', objects: encoded.objects }];
  return encoded.chunks.map((chunk) => ({ encoding: 'gzip', chunks: encoded.chunks.length, chunk }));
}

function secretOf(held: JsonObject): Pick<KubeObject, 'apiVersion' | 'kind'> & JsonObject {
  const text = Buffer.from(JSON.stringify(held), 'utf8').toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', type: 'flotilla.dev/revision', data: { 'revision.json': text } };
}

/** Also what an earlier run was cut off in writing: parts without a ControllerRevision of their name. */
async function forgetOld(
  task: TaskId,
  newest: number,
  { cluster, parts, ...place }: Recording,
): Promise<ApiResult<unknown>> {
  const heads = new Set(
    parts
      .filter(
        ({ object, revision }) =>
          object.kind === 'ControllerRevision' &&
          object.metadata.name === revisionName(place, task, revision.number),
      )
      .map(({ revision }) => revision.number),
  );
  const kept = new Set([newest, ...[...heads].sort((a, b) => b - a).slice(0, keptMax - 1)]);
  const old = parts.filter(({ revision }) => !kept.has(revision.number));
  const headFirst = old.toSorted((a, b) => (a.object.metadata.name < b.object.metadata.name ? -1 : 1));
  for (const kind of historyKinds) {
    for (const { object } of headFirst.filter((part) => part.object.kind === kind.kind)) {
      const deleted = await cluster.delete(referenceOf(object));
      if (!deleted.ok) return deleted;
    }
  }
  return { ok: true, value: undefined };
}
