import type { DeploymentFile, TaskContext, Verdict } from '@flotilla/core';
import type { Cluster, Resource } from '../cluster/cluster.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentSelector, taskLabel } from '../manifest/labels.js';
import { digestAnnotationOf } from './digest.js';
import { mapBounded } from './map-bounded.js';
import { printFailure } from './print-failure.js';
import type { RunContext } from './run-context.js';
import { printHold } from './stuck-removal.js';
import { waitUntilGone } from './wait-until-gone.js';

/** What holds data or other people's objects goes only when that is asked for. */
const keptKinds = ['PersistentVolumeClaim', 'PersistentVolume', 'Namespace', 'CustomResourceDefinition'];

/** `keepLeft` is told what is still there, for a removal that does not end. */
export interface RemovalContext extends TaskContext {
  readonly keepLeft: (left: readonly KubeObject[]) => void;
}

/**
 * Deletes what this deployment has applied, services before those that they depend on, and waits until it is gone.
 * Claims, volumes, namespaces and CRDs stay.
 */
export async function removeEnvironment(context: RunContext, task: RemovalContext): Promise<Verdict> {
  const found = await findOwned(context, task.signal);
  if ('failure' in found) return { kind: 'failed', reason: found.failure };
  const kept = found.objects.filter((object) => keptKinds.includes(object.kind));
  const doomed = found.objects.filter((object) => !keptKinds.includes(object.kind));
  if (doomed.length === 0) return { kind: 'unchanged', reason: `nothing to delete${printKept(kept)}` };
  for (const level of deletionLevels(doomed, context.file)) {
    const failure = await deleteAll(level, context, task);
    if (failure !== undefined) return { kind: 'failed', reason: context.redactor.redact(failure) };
  }
  return { kind: 'succeeded', reason: `${String(doomed.length)} objects deleted${printKept(kept)}` };
}

async function deleteAll(
  objects: readonly KubeObject[],
  { cluster, applyConcurrency }: RunContext,
  task: RemovalContext,
): Promise<string | undefined> {
  task.progress({
    phase: 'apply',
    message: `deleting ${String(objects.length)} objects`,
    objects: objects.map(referenceOf),
  });
  const results = await mapBounded(objects, applyConcurrency, async (object) => {
    const { uid } = object.metadata;
    const options = {
      propagation: 'Foreground',
      signal: task.signal,
      ...(uid !== undefined && { uid }),
    } as const;
    const deleted = await cluster.delete(referenceOf(object), options);
    return deleted.ok ? undefined : printFailure(deleted.failure, object).cause;
  });
  const failure = results.find((result) => result !== undefined);
  if (failure !== undefined) return failure;
  let said = '';
  const onProgress = (left: readonly KubeObject[]) => {
    task.keepLeft(left);
    const message = printLeft(left);
    if (message === said) return;
    said = message;
    task.progress({ phase: 'wait', message, objects: left.map(referenceOf) });
  };
  const gone = await waitUntilGone(objects, { cluster, signal: task.signal, onProgress });
  return gone ? undefined : 'stopped while objects were being deleted';
}

/** The object that is held, if one is, since it is the one to look at. */
function printLeft(left: readonly KubeObject[]): string {
  const first = left.find((object) => printHold(object).startsWith('held')) ?? left[0];
  if (first === undefined) return 'nothing is left';
  const hold = printHold(first);
  const why = hold === '' ? '' : ` (${hold})`;
  return `waiting for ${printReference(referenceOf(first))} to go${why}, ${String(left.length)} left`;
}

/** Dependents before what they depend on; what belongs to no service of the file goes first, with the outermost. */
function deletionLevels(
  objects: readonly KubeObject[],
  file: DeploymentFile,
): readonly (readonly KubeObject[])[] {
  const depths = dependencyDepths(file);
  const levels = new Map<number, KubeObject[]>();
  for (const object of objects) {
    const depth = depths.get(object.metadata.labels?.[taskLabel] ?? '') ?? Number.MAX_SAFE_INTEGER;
    levels.set(depth, [...(levels.get(depth) ?? []), object]);
  }
  return [...levels.entries()].sort(([a], [b]) => b - a).map(([, level]) => level);
}

/** How many services stand below a service, by the label of its task. Circles are cut where they close. */
function dependencyDepths(file: DeploymentFile): ReadonlyMap<string, number> {
  const services = new Map(file.services.map((service) => [service.name.value, service] as const));
  const depths = new Map<string, number>();
  function depthOf(name: string, path: readonly string[]): number {
    const known = depths.get(name);
    if (known !== undefined) return known;
    if (path.includes(name)) return 0;
    const below = (services.get(name)?.dependsOn ?? []).map(
      (each) => depthOf(each.value, [...path, name]) + 1,
    );
    const depth = Math.max(0, ...below);
    depths.set(name, depth);
    return depth;
  }
  return new Map([...services.keys()].map((name) => [`services.${name}`, depthOf(name, [])] as const));
}

type Owned = { readonly objects: readonly KubeObject[] } | { readonly failure: string };

async function findOwned(
  { cluster, deployment, namespace, applyConcurrency }: RunContext,
  signal: AbortSignal,
): Promise<Owned> {
  const resources = await deletableResources(cluster);
  if ('failure' in resources) return resources;
  const lists = await mapBounded(resources.kinds, applyConcurrency, async (resource) => {
    const listed = await cluster.list(resource, {
      labelSelector: deploymentSelector(deployment, namespace),
      signal,
    });
    const { apiVersion, kind } = resource;
    return listed.ok ? listed.value.map((object) => ({ ...object, apiVersion, kind })) : [];
  });
  // Controllers copy labels of a Service to its Endpoints; only what carries a digest was applied by us.
  return { objects: lists.flat().filter((object) => digestAnnotationOf(object) !== undefined) };
}

async function deletableResources(
  cluster: Cluster,
): Promise<{ readonly kinds: readonly Resource[] } | { readonly failure: string }> {
  const all = await cluster.resources();
  if (!all.ok) return { failure: 'the API server does not tell which kinds it knows' };
  const kinds = all.value.filter(({ verbs }) => verbs.includes('list') && verbs.includes('delete'));
  // A kind is served in several versions; one of them is enough.
  const unique = new Map(
    kinds.map((kind) => [`${kind.apiVersion.split('/').at(-2) ?? ''}/${kind.kind}`, kind] as const),
  );
  return { kinds: [...unique.values()].filter((kind) => kind.kind !== 'Event') };
}

function printKept(kept: readonly KubeObject[]): string {
  if (kept.length === 0) return '';
  return `; kept: ${kept.map((object) => printReference(referenceOf(object))).join(', ')}`;
}
