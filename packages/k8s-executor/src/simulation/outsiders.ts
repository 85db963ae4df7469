import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { recordLabel } from '../record/record-names.js';
import type { SeededRandom } from './seeded-random.js';

/** Somebody who changes the cluster beside the runs. `ask` sends a request as that somebody. */
export type Ask = (method: string, url: string, body: unknown) => void;

const namespaced = ['configmaps', 'deployments', 'jobs', 'pods'] as const;

/** Does one thing that people, autoscalers and nodes do: an edit, a scale, a deletion, an eviction. */
export function interfere(
  { store, kinds }: Pick<EmbeddedServer, 'store' | 'kinds'>,
  {
    namespace,
    random,
    ask,
  }: { readonly namespace: string; readonly random: SeededRandom; readonly ask: Ask },
): void {
  const plural = random.pick(namespaced);
  // Whoever deletes a run's own records takes its promises away.
  const found = store.list(kinds.builtIn(plural), namespace).filter(isNoRecord);
  if (found.length === 0) return;
  const object = random.pick(found);
  const url = pathOf(plural, object);
  if (plural === 'pods') {
    ask('DELETE', url, {});
  } else if (plural === 'deployments' && random.chance(0.5)) {
    ask('PATCH', `${url}/scale`, { spec: { replicas: 1 + random.below(3) } });
  } else if (random.chance(0.2)) {
    ask('DELETE', url, {});
  } else if (plural === 'configmaps') {
    ask('PATCH', url, { data: { content: 'edited by hand' } });
  } else {
    ask('PATCH', url, { metadata: { annotations: { note: 'seen' } } });
  }
}

function isNoRecord({ metadata }: KubeObject): boolean {
  return metadata.labels?.[recordLabel] === undefined;
}

function pathOf(plural: (typeof namespaced)[number], { metadata }: KubeObject): string {
  const root = { configmaps: 'api/v1', pods: 'api/v1', deployments: 'apis/apps/v1', jobs: 'apis/batch/v1' }[
    plural
  ];
  return `/${root}/namespaces/${metadata.namespace ?? ''}/${plural}/${metadata.name}`;
}
