import type { Diagnostic } from '@flotilla/core';
import { keyOf, printReference, referenceOf } from '../cluster/kube-object.js';
import { groupOf, kindKey, versionsOfCrds } from './kind-scope.js';
import type { ScopeOf } from './kind-scope.js';
import type { Manifest } from './parse-manifests.js';
import type { RenderedTask } from './render-plan.js';

/**
 * What can be said against the objects before the server is asked about each: an object that stands twice, and
 * kinds that neither the server nor a CRD of this plan knows.
 */
export async function checkObjects(
  tasks: readonly RenderedTask[],
  scopeOf: ScopeOf,
  versionsOf: VersionsOf,
): Promise<readonly Diagnostic[]> {
  return [...findDuplicates(tasks), ...(await findUnknownKinds(tasks, { scopeOf, versionsOf }))];
}

/** The apiVersions in which the server has kinds of a name, whatever their group. */
export type VersionsOf = (kind: string) => Promise<readonly string[]>;

/** An object has one owner: two tasks would take it from each other on every run. */
export function findDuplicates(tasks: readonly RenderedTask[]): readonly Diagnostic[] {
  const owners = new Map<string, { readonly task: RenderedTask; readonly manifest: Manifest }>();
  const diagnostics: Diagnostic[] = [];
  for (const task of tasks) {
    for (const manifest of task.manifests) {
      const key = keyOf(referenceOf(manifest.object));
      const first = owners.get(key);
      if (first === undefined) owners.set(key, { task, manifest });
      else diagnostics.push(duplicate(first, { task, manifest }));
    }
  }
  return diagnostics;
}

interface Owned {
  readonly task: RenderedTask;
  readonly manifest: Manifest;
}

function duplicate(first: Owned, second: Owned): Diagnostic {
  const subject = printReference(referenceOf(second.manifest.object));
  const [a, b] = [first.task.task.id, second.task.task.id];
  return {
    code: 'manifest/duplicate-object',
    severity: 'error',
    message: a === b ? `${subject} stands twice in ${a}` : `${subject} belongs to both ${a} and ${b}`,
    help:
      a === b
        ? 'Remove one of them.'
        : 'Give it to one of them, or to a service of its own that both depend on.',
    span: second.manifest.span,
    related: [{ message: 'it is here too', span: first.manifest.span }],
  };
}

async function findUnknownKinds(
  tasks: readonly RenderedTask[],
  { scopeOf, versionsOf }: { readonly scopeOf: ScopeOf; readonly versionsOf: VersionsOf },
): Promise<readonly Diagnostic[]> {
  const manifests = tasks.flatMap((task) => task.manifests);
  const brought = versionsOfCrds(manifests.map((manifest) => manifest.object));
  const kinds = new Map(
    manifests.map((manifest) => [`${manifest.object.apiVersion}/${manifest.object.kind}`, manifest] as const),
  );
  const checked = await Promise.all(
    [...kinds.values()].map(async (manifest) => {
      const { apiVersion, kind } = manifest.object;
      const versions = brought.get(kindKey(groupOf(apiVersion), kind));
      if (versions !== undefined)
        return versions.includes(versionOf(apiVersion)) ? undefined : unknownVersion(manifest, versions);
      const isKnown = (await scopeOf(apiVersion, kind)) !== undefined;
      return isKnown ? undefined : unknownKind(manifest, await versionsOf(kind));
    }),
  );
  return checked.filter((diagnostic) => diagnostic !== undefined);
}

function versionOf(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? '';
}

/** The CRD of this plan replaces the one of the cluster, so what it does not serve will be served no more. */
function unknownVersion({ object, span }: Manifest, versions: readonly string[]): Diagnostic {
  const { apiVersion, kind } = object;
  return {
    code: 'manifest/unknown-kind',
    severity: 'error',
    message: `the CustomResourceDefinition of ${kind} in this plan does not serve ${apiVersion}`,
    help: `It serves ${versions.join(', ') || 'no version'}: use one of these, or add ${versionOf(apiVersion)} to it.`,
    span,
    related: [],
  };
}

/** Often a manifest is only older than the cluster: `extensions/v1beta1` for `networking.k8s.io/v1`. */
function unknownKind({ object, span }: Manifest, versions: readonly string[]): Diagnostic {
  const install = 'nstall its CustomResourceDefinition first, or add it to this file';
  return {
    code: 'manifest/unknown-kind',
    severity: 'error',
    message: `the cluster knows no kind ${object.kind} in ${object.apiVersion}`,
    help:
      versions.length === 0
        ? `I${install}; or correct apiVersion and kind.`
        : `It has ${object.kind} in ${versions.join(', ')}: if that is meant, correct apiVersion; if not, i${install}.`,
    span,
    related: [],
  };
}
