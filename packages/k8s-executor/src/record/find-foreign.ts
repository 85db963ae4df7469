import type { Diagnostic } from '@flotilla/core';
import { keyOf, printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel, namespaceLabel } from '../manifest/labels.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { mapBounded } from '../objects/map-bounded.js';
import { partOfLabel } from './apply-set.js';
import { inventoryId } from './inventory.js';
import { memberTest, type ListMembersContext } from './list-members.js';

/** An object of the files that the cluster holds as somebody else's. */
export interface ForeignObject {
  readonly manifest: Manifest;
  readonly live: KubeObject;
}

/**
 * The objects that are in another ApplySet, be it of another deployment or of kubectl. One LIST per kind and namespace
 * of what this deployment does not hold yet; none when it holds all.
 */
export async function findForeign(
  manifests: readonly Manifest[],
  context: ListMembersContext,
): Promise<readonly ForeignObject[]> {
  const isMember = memberTest(context);
  const own = await Promise.all(
    manifests.map(async ({ object }) => {
      const live = await context.live.find(object);
      return live !== undefined && isMember(live);
    }),
  );
  const places = new Map<string, Manifest[]>();
  for (const manifest of manifests.filter((_, at) => own[at] !== true)) {
    const { apiVersion, kind, metadata } = manifest.object;
    const place = [apiVersion, kind, metadata.namespace ?? ''].join('|');
    places.set(place, [...(places.get(place) ?? []), manifest]);
  }
  const found = await mapBounded([...places.values()], context.applyConcurrency, (group) =>
    foreignAmong(group, context),
  );
  return found.flat();
}

async function foreignAmong(
  manifests: readonly Manifest[],
  context: ListMembersContext,
): Promise<readonly ForeignObject[]> {
  const [first] = manifests;
  if (first === undefined) return [];
  const { apiVersion, kind, metadata } = first.object;
  const resource = await context.cluster.resource(apiVersion, kind);
  if (!resource.ok || resource.value === undefined) return [];
  const listed = await context.cluster.list(resource.value, {
    labelSelector: `${partOfLabel},${partOfLabel}!=${inventoryId(context)}`,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  });
  if (!listed.ok) return [];
  const foreign = new Map(
    listed.value.map((live) => [keyOf(referenceOf({ ...live, apiVersion, kind })), live] as const),
  );
  return manifests.flatMap((manifest) => {
    const live = foreign.get(keyOf(referenceOf(manifest.object)));
    return live === undefined ? [] : [{ manifest, live }];
  });
}

/** Nobody's object is taken without a word: who has it, and how it changes hands. */
export function foreignDiagnostic({ manifest, live }: ForeignObject): Diagnostic {
  const subject = printReference(referenceOf(manifest.object));
  return {
    code: 'manifest/owned-by-another',
    severity: 'error',
    message: `${subject} belongs to ${printOwner(live, manifest.object)}.`,
    help: 'To move it here, deploy this with --take-ownership, and only then without it there; else rename one of the two.',
    span: manifest.span,
    related: [],
  };
}

function printOwner({ metadata }: KubeObject, desired: KubeObject): string {
  const labels = metadata.labels ?? {};
  const deployment = labels[deploymentLabel];
  const set = labels[partOfLabel] ?? '';
  if (deployment === undefined) return `another ApplySet (${partOfLabel}=${set})`;
  const isOurs = [deploymentLabel, namespaceLabel].every(
    (label) => labels[label] === desired.metadata.labels?.[label],
  );
  if (isOurs) return `another ApplySet, which took it from this deployment (${partOfLabel}=${set})`;
  return `another set: the deployment ${JSON.stringify(deployment)} of namespace ${labels[namespaceLabel] ?? 'unknown'}, or whoever took it from there (${partOfLabel}=${set})`;
}
