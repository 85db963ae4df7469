import type { Cluster } from '../cluster/cluster.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf } from '../manifest/kind-scope.js';
import { judge } from '../readiness/judge.js';
import { isSecret } from '../objects/owned-fields.js';
import type { RunContext } from '../tasks/run-context.js';

/** Something that may be allowed, as a SelfSubjectAccessReview asks for it. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
}

/** What a run does beside its objects: it holds the lock of its deployment, and writes what the cluster remembers of it. */
const recordVerbs: readonly (readonly [group: string, resource: string, verbs: readonly string[]])[] = [
  ['coordination.k8s.io', 'leases', ['get', 'create', 'patch', 'delete']],
  ['', 'configmaps', ['get', 'create', 'update', 'patch']],
];

function recordRights(namespace: string): readonly Right[] {
  return recordVerbs.flatMap(([group, resource, verbs]) =>
    verbs.map((verb) => ({ verb, group, resource, namespace })),
  );
}

/**
 * Which rights to keep the records of a deployment in `namespace`, to write these objects and to wait for them are
 * missing, in words: one SelfSubjectAccessReview per kind, namespace and verb. A server that cannot be asked counts as
 * one that allows: the writes themselves will tell.
 */
export async function findForbidden(
  objects: readonly KubeObject[],
  { cluster, namespace }: Pick<RunContext, 'cluster' | 'namespace'>,
): Promise<readonly string[]> {
  const rights = await Promise.all(objects.map((object) => rightsFor(object, cluster)));
  const all = [...rights.flat(), ...recordRights(namespace)];
  const unique = new Map(all.map((right) => [Object.values(right).join('|'), right] as const));
  const answers = await Promise.all(
    [...unique.values()].map(async (right) => ((await isDenied(right, cluster)) ? print(right) : undefined)),
  );
  return answers.filter((answer) => answer !== undefined);
}

async function rightsFor(object: KubeObject, cluster: Cluster): Promise<readonly Right[]> {
  const found = await cluster.resource(object.apiVersion, object.kind);
  if (!found.ok || found.value === undefined) return [];
  const base = {
    group: groupOf(object.apiVersion),
    resource: found.value.plural,
    namespace: object.metadata.namespace ?? '',
  };
  // Server-side apply is a patch; making what is not there needs create as well.
  const verbs = [
    ...['patch', 'create', ...(object.kind === 'Job' ? ['get', 'delete'] : [])],
    // What its digests are keyed by is kept in a Secret beside it.
    ...(isSecret(object) ? ['get'] : []),
    // Without `watch` a wait is told by lists; without `list` it could only end at its timeout.
    ...(isWaitedFor(object) ? ['list'] : []),
  ];
  return verbs.map((verb) => ({ verb, ...base }));
}

/** As it is written, an object that is not ready at once. */
function isWaitedFor(object: KubeObject): boolean {
  return judge(object).status !== 'current';
}

async function isDenied(right: Right, cluster: Cluster): Promise<boolean> {
  const answer = await cluster.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: { ...right } },
  });
  return answer.ok && part(answer.value, 'status')['allowed'] === false;
}

function print({ verb, group, resource, namespace }: Right): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${kind}${namespace === '' ? '' : ` in namespace ${namespace}`}`;
}
