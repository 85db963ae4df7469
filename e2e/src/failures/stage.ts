import { rm } from 'node:fs/promises';
import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ProgramResult } from '../control-plane/run-program.js';
import { awaitObject } from '../kube-client/await-object.js';
import { createDeployment } from '../testing/deployment.js';
import { parseRunEvents, type RunEventLine } from '../testing/run-events.js';
import type { FailureCase, Scene, SeenObject } from './failure-case.js';
import { manifest } from './manifests.js';

/** What became of a case. */
export interface Played {
  readonly result: ProgramResult;
  readonly events: readonly RunEventLine[];
  readonly task: string;
}

/** Short, so that a case takes seconds; what must not pass has a grace time of its own. */
const grace = 'image-not-found=2s,image-pull=2s,crash-loop=2s,missing-config=2s,claim-unbound=2s,no-room=2s';

/** Plays a case in the namespace `namespace`: deploys it with short grace times and a timeout that it should not need. */
export async function play(
  one: FailureCase,
  { cluster, namespace }: { readonly cluster: ControlPlane; readonly namespace: string },
): Promise<Played> {
  const { task = 'service' } = one;
  const name = task === 'job' ? 'seed' : 'web';
  await cluster.kubectl(['create', 'namespace', namespace]);
  const shop = await createDeployment(cluster, namespace, {
    'flotilla.yaml': `name: shop\n${task}s:\n  - {name: ${name}, manifests: [objects.yaml]}\n`,
    'objects.yaml': manifest(one.objects),
  });
  const scene = createScene(cluster, shop);
  try {
    await one.before?.(scene);
    const words = ['--timeout', '60s', '--grace', grace, ...(one.words ?? [])];
    const [result] = await Promise.all([shop.run(['deploy', '-o', 'ndjson', ...words]), one.during?.(scene)]);
    return { result, events: parseRunEvents(result.stdout), task: `${task}s.${name}` };
  } finally {
    await rm(shop.folder, { recursive: true });
  }
}

function createScene(cluster: ControlPlane, shop: Scene['shop']): Scene {
  return {
    cluster,
    shop,
    awaitObject: (api, plural, accept) =>
      awaitObject<SeenObject>(cluster.client, `${api}/namespaces/${shop.namespace}/${plural}`, { accept }),
  };
}
