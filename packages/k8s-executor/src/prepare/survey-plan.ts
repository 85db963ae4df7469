import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf, kindKey, scopesOfCrds } from '../manifest/kind-scope.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { isUnchanged } from '../tasks/apply/apply-objects.js';
import { findMissingNamespaces, isNamespace } from './missing-namespaces.js';
import type { RunContext } from '../tasks/run-context.js';

/** An object that a run would write, and what the cluster holds of it as far as it carries our label. */
export interface Changing {
  readonly manifest: Manifest;
  readonly live: KubeObject | undefined;
}

/** What stands between the objects of a plan and the cluster as it is now. */
export interface PlanSurvey {
  /** Those that are not already as asked. */
  readonly changing: readonly Changing[];
  /** Namespaces that objects go to and that do not exist. */
  readonly absentNamespaces: ReadonlySet<string>;
  /** Those among them that this run does not bring either. */
  readonly lackingNamespaces: ReadonlySet<string>;
  /** True for an object whose kind takes its form only in this run, by a CRD that is new or changes. */
  readonly isPending: (object: KubeObject) => boolean;
}

export async function surveyPlan(manifests: readonly Manifest[], context: RunContext): Promise<PlanSurvey> {
  const changing = await changingOf(manifests, context);
  const absentNamespaces = await findMissingNamespaces(
    changing.map(({ manifest }) => manifest),
    context,
  );
  const brought = broughtNamespaces(manifests, context);
  const pending = scopesOfCrds(changing.map(({ manifest }) => manifest.object));
  return {
    changing,
    absentNamespaces,
    lackingNamespaces: new Set([...absentNamespaces].filter((name) => !brought.has(name))),
    isPending: ({ apiVersion, kind }) => pending.has(kindKey(groupOf(apiVersion), kind)),
  };
}

async function changingOf(manifests: readonly Manifest[], context: RunContext): Promise<readonly Changing[]> {
  const found = await Promise.all(
    manifests.map(async (manifest) => ({ manifest, live: await context.live.find(manifest.object) })),
  );
  return found.filter(({ manifest, live }) => live === undefined || !isUnchanged(manifest.object, live));
}

/** Namespaces that will be there when they are needed, whether they are now or not. */
function broughtNamespaces(
  manifests: readonly Manifest[],
  { createNamespace, namespace }: RunContext,
): ReadonlySet<string> {
  const names = manifests.map(({ object }) => object).filter(isNamespace);
  return new Set([...names.map((object) => object.metadata.name), ...(createNamespace ? [namespace] : [])]);
}
