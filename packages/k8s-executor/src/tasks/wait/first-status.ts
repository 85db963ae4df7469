import type { Cluster } from '../../cluster/cluster.js';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { groupOf, isBuiltInGroup } from '../../manifest/kind-scope.js';
import { progressing } from '../../readiness/readiness.js';

/**
 * How long a custom resource that says nothing of itself is given for its controller's first word. kstatus calls it
 * current at once, so that it is "ready" before anybody has seen it (client-node.md §7, the row of Certificates).
 */
export const silentControllerMs = 10_000;

/** What is said of an object meanwhile. */
export const awaitsStatus = progressing(
  `no controller has written its status yet; without one it counts as ready after ${String(silentControllerMs / 1000)} s`,
);

/** True for a custom resource whose status a controller writes apart. */
export async function mayGetStatus(object: KubeObject, cluster: Cluster): Promise<boolean> {
  if (isBuiltInGroup(groupOf(object.apiVersion)) || hasStatus(object)) return false;
  const found = await cluster.resource(object.apiVersion, object.kind);
  return found.ok && found.value?.hasStatus === true;
}

/** Whether anything at all is said of an object. */
export function hasStatus({ status }: KubeObject): boolean {
  return isJsonObject(status) && Object.keys(status).length > 0;
}
