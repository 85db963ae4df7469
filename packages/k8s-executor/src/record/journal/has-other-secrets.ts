import type { Cluster } from '../../cluster/cluster.js';
import { referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { digestAnnotationOf } from '../../objects/digest.js';
import { isSecret } from '../../objects/owned-fields.js';

/** Whether the cluster holds other versions of these Secrets than are asked for. One that is not there, or may not be read, is none. */
export async function hasOtherSecrets(objects: readonly KubeObject[], cluster: Cluster): Promise<boolean> {
  const others = await Promise.all(
    objects.filter(isSecret).map(async (desired) => {
      const found = await cluster.get(referenceOf(desired));
      const live = found.ok ? found.value : undefined;
      return live !== undefined && digestAnnotationOf(live) !== digestAnnotationOf(desired);
    }),
  );
  return others.includes(true);
}
