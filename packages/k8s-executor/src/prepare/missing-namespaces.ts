import type { Diagnostic, Refusal } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel, labelValue, namespaceLabel } from '../manifest/labels.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { mapBounded } from '../objects/map-bounded.js';
import { printFailure } from '../api-errors/print-failure.js';
import type { RunContext } from '../tasks/run-context.js';

/** The namespaces that these objects want to go to and that do not exist. One that we may not look at counts as there. */
export async function findMissingNamespaces(
  manifests: readonly Manifest[],
  { cluster, applyConcurrency }: Pick<RunContext, 'cluster' | 'applyConcurrency'>,
): Promise<ReadonlySet<string>> {
  const names = [...new Set(manifests.flatMap(({ object }) => object.metadata.namespace ?? []))];
  const exist = await mapBounded(names, applyConcurrency, (name) => mayExist(name, cluster));
  return new Set(names.filter((_, index) => exist[index] === false));
}

async function mayExist(name: string, cluster: Pick<Cluster, 'get'>): Promise<boolean> {
  const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name });
  return !found.ok || found.value !== undefined;
}

/** True for the Namespace objects of a plan. */
export function isNamespace(object: KubeObject): boolean {
  return object.apiVersion === 'v1' && object.kind === 'Namespace';
}

/** The deployment's own namespace as the run creates it (`--create-namespace`). It carries no task and no digest, so that no removal takes it for an object of the files. */
export function ownNamespace({
  deployment,
  namespace,
}: Pick<RunContext, 'deployment' | 'namespace'>): KubeObject {
  const labels = {
    'app.kubernetes.io/managed-by': 'flotilla',
    [deploymentLabel]: labelValue(deployment),
    [namespaceLabel]: labelValue(namespace),
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
}

/** The object of the files that is the deployment's own namespace. */
export function findOwnNamespace(objects: readonly KubeObject[], own: string): KubeObject | undefined {
  return objects.find((object) => isNamespace(object) && object.metadata.name === own);
}

/**
 * Creates the deployment's own namespace unless it is there, be it that somebody else is faster: as the files have it
 * (`brought`), for what a run remembers has to stand in it before the task that brings it runs.
 */
export async function ensureOwnNamespace(
  context: Pick<RunContext, 'deployment' | 'namespace'> & {
    readonly cluster: Pick<Cluster, 'get' | 'apply' | 'create'>;
  },
  brought: KubeObject | undefined,
): Promise<Refusal | undefined> {
  if (await mayExist(context.namespace, context.cluster)) return undefined;
  const wanted = brought ?? ownNamespace(context);
  const made = await (brought === undefined
    ? context.cluster.create(wanted)
    : context.cluster.apply(brought));
  if (made.ok || (made.failure.kind === 'status' && made.failure.code === 409)) return undefined;
  const { cause } = printFailure(made.failure, wanted);
  return {
    exitCode: made.failure.kind === 'status' ? 77 : 69,
    message: `the namespace cannot be created: ${cause}`,
    help: `Let somebody create it who may: kubectl create namespace ${context.namespace}`,
  };
}

/** One mistake for each namespace that nobody brings, at the first object that wants to go there. */
export function namespaceDiagnostics(
  missing: ReadonlySet<string>,
  manifests: readonly Manifest[],
  own: string,
): readonly Diagnostic[] {
  return [...missing].flatMap((name) => {
    const first = manifests.find(({ object }) => object.metadata.namespace === name);
    if (first === undefined) return [];
    const others = manifests.filter(({ object }) => object.metadata.namespace === name).length - 1;
    const who = others === 0 ? 'this object goes' : `this object and ${String(others)} more go`;
    return [
      {
        code: 'manifest/no-namespace',
        severity: 'error',
        message: `Namespace ${name} does not exist, and ${who} there.`,
        help: adviceFor(name, own),
        span: first.span,
        related: [],
      },
    ];
  });
}

function adviceFor(name: string, own: string): string {
  const byHand = `kubectl create namespace ${name}`;
  return name === own
    ? `Deploy with --create-namespace, create it yourself (${byHand}), or choose another one with --namespace.`
    : `Add a Namespace to the manifests, or create it yourself: ${byHand}`;
}
