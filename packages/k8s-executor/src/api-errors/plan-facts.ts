import type { TaskId } from '@flotilla/core';
import { listOf, textOf } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf, kindKey, scopesOfCrds } from '../manifest/kind-scope.js';
import type { RenderedTask } from '../manifest/render-plan.js';

/** What the objects of a plan bring for other objects of it, each with the first task that does. */
export interface PlanFacts {
  /** Kinds, by `kindKey`. */
  readonly kinds: ReadonlyMap<string, TaskId>;
  /** Admission webhooks, by the name in their configuration. */
  readonly webhooks: ReadonlyMap<string, TaskId>;
}

export function readPlanFacts(tasks: readonly RenderedTask[]): PlanFacts {
  const kinds = new Map<string, TaskId>();
  const webhooks = new Map<string, TaskId>();
  for (const { task, manifests } of tasks) {
    for (const { object } of manifests) {
      for (const key of scopesOfCrds([object]).keys()) if (!kinds.has(key)) kinds.set(key, task.id);
      for (const name of webhooksOf(object)) if (!webhooks.has(name)) webhooks.set(name, task.id);
    }
  }
  return { kinds, webhooks };
}

/** The task that brings the kind of an object; undefined when the plan does not. */
export function bringerOf({ apiVersion, kind }: KubeObject, facts: PlanFacts): TaskId | undefined {
  return facts.kinds.get(kindKey(groupOf(apiVersion), kind));
}

function isWebhookConfiguration({ apiVersion, kind }: KubeObject): boolean {
  const isKind = kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration';
  return isKind && groupOf(apiVersion) === 'admissionregistration.k8s.io';
}

function webhooksOf(object: KubeObject): readonly string[] {
  return isWebhookConfiguration(object) ? listOf(object, 'webhooks').map((hook) => textOf(hook, 'name')) : [];
}
