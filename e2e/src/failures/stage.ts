import { rm } from 'node:fs/promises';
import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ProgramResult } from '../control-plane/run-program.js';
import { awaitObject } from '../kube-client/await-object.js';
import { createDeployment } from '../testing/deployment.js';
import { parseRunEvents, type RunEventLine } from '../testing/run-events.js';
import type { AdmissionServer } from './admission-server.js';
import type { FailureCase, Scene, SeenObject } from './failure-case.js';
import { manifest } from './manifests.js';

/** What became of a case. */
export interface Played {
  readonly result: ProgramResult;
  readonly events: readonly RunEventLine[];
  readonly task: string;
  readonly namespace: string;
}

/** Short, so that a case takes seconds; what must not pass has a grace time of its own. */
export const shortGrace =
  'image-not-found=2s,image-pull=2s,crash-loop=2s,missing-config=2s,claim-unbound=2s,no-room=2s';

/** Where cases are played: a cluster and an admission server that all share, a namespace of one's own. */
export interface Stage {
  readonly cluster: ControlPlane;
  readonly admission: AdmissionServer;
  readonly namespace: string;
}

/** Plays a case in the namespace `namespace`: deploys it with short grace times and a timeout that it should not need. */
export async function play(one: FailureCase, stage: Stage): Promise<Played> {
  const { task = 'service' } = one;
  const name = task === 'job' ? 'seed' : 'web';
  const { opened, said, close } = await openScene(stage, {
    'flotilla.yaml': `name: shop\n${task}s:\n  - {name: ${name}, manifests: [objects.yaml]}\n`,
    'objects.yaml': manifest(one.objects),
  });
  try {
    await one.before?.(opened);
    const words = ['--timeout', '110s', '--grace', shortGrace, ...(one.words ?? [])];
    const [result] = await Promise.all([
      opened.shop.run(['deploy', '-o', 'ndjson', ...words], { onOutput: said.hear }),
      one.during?.(opened),
    ]);
    const { namespace } = stage;
    return { result, events: parseRunEvents(result.stdout), task: `${task}s.${name}`, namespace };
  } finally {
    await close();
  }
}

/** A new namespace and the files of a deployment to it. `close` removes the files. */
export async function openScene(
  { cluster, admission, namespace }: Stage,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly opened: Scene; readonly said: Echo; readonly close: () => Promise<void> }> {
  await cluster.kubectl(['create', 'namespace', namespace]);
  const shop = await createDeployment(cluster, namespace, files);
  const said = createEcho();
  const opened = createScene({ cluster, admission, shop, awaitSaid: said.awaitSaid });
  return { opened, said, close: () => rm(shop.folder, { recursive: true }) };
}

/** What a run has said so far, for those who wait for it. */
interface Echo {
  readonly hear: (stdout: string, stderr: string) => void;
  readonly awaitSaid: (words: string) => Promise<void>;
}

function createEcho(): Echo {
  const waiting = new Set<{ readonly words: string; readonly resolve: () => void }>();
  let heard = '';
  const tell = () => {
    for (const one of waiting) if (heard.includes(one.words)) one.resolve();
  };
  return {
    hear: (stdout) => {
      heard = stdout;
      tell();
    },
    awaitSaid: (words) =>
      new Promise((resolve) => {
        waiting.add({ words, resolve });
        tell();
      }),
  };
}

function createScene(parts: Omit<Scene, 'awaitObject'>): Scene {
  const { cluster, shop } = parts;
  return {
    ...parts,
    awaitObject: (api, plural, accept) =>
      awaitObject<SeenObject>(cluster.client, `${api}/namespaces/${shop.namespace}/${plural}`, { accept }),
  };
}
