import type { ProgramResult } from '../control-plane/run-program.js';
import { parseRunEvents, type RunEventLine } from '../testing/run-events.js';
import { awaitRefused, refuseDeployments } from './admission-cases.js';
import type { Scene } from './failure-case.js';
import { deployment, job, manifest, secret, type Json } from './manifests.js';
import { openScene, shortGrace, type Stage } from './stage.js';

/** What a scene leaves for its test to judge. */
export interface SceneEnd {
  readonly result: ProgramResult;
  readonly events: readonly RunEventLine[];
  readonly namespace: string;
}

interface SceneOptions {
  /** The flotilla file behind its name; default: one service `web` and one job `seed`, as far as they have objects. */
  readonly file?: string;
  readonly web?: readonly Json[];
  readonly seed?: readonly Json[];
  readonly words?: readonly string[];
  readonly before?: (scene: Scene) => Promise<void>;
  readonly during?: (scene: Scene) => Promise<void>;
}

const service = 'services:\n  - {name: web, manifests: [web.yaml]}\n';
const seeds = 'jobs:\n  - {name: seed, manifests: [seed.yaml]}\n';

/** A deployment of its own kind, played once. */
function scene(options: SceneOptions): (stage: Stage) => Promise<SceneEnd> {
  const { web = [], seed = [], words = [] } = options;
  const file = options.file ?? `${web.length > 0 ? service : ''}${seed.length > 0 ? seeds : ''}`;
  const files = {
    'flotilla.yaml': `name: shop\n${file}`,
    'web.yaml': manifest(web),
    'seed.yaml': manifest(seed),
  };
  return async (stage) => {
    const { opened, said, close } = await openScene(stage, files);
    try {
      await options.before?.(opened);
      const all = ['deploy', '-o', 'ndjson', '--timeout', '110s', ...words];
      const [result] = await Promise.all([
        opened.shop.run(all, { onOutput: said.hear }),
        options.during?.(opened),
      ]);
      return { result, events: parseRunEvents(result.stdout), namespace: stage.namespace };
    } finally {
      await close();
    }
  };
}

/** The lines that the jobs below print. */
export const spoken = ['first line', '    second line, indented', 'third line'];
const talkative = { 'run-ms': '1500', logs: spoken.join('\n') };

/** The value of a Secret that no manifest of the run holds. */
export const password = 'hunter2-hunter2';
const readsPassword = {
  env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
};
const givePassword = async ({ shop }: Scene): Promise<void> => {
  await shop.kubectl(['create', '-f', '-'], manifest([secret('db', { password })]));
};

const runs = (pod: { readonly status: { readonly phase?: string } }) => pod.status.phase === 'Running';

const halting = (task: string) =>
  `${service}${seeds}workflows:\n  - name: setup\n    parallelize:\n      - step: all\n        tasks: [${task}]\n      - step: later\n        tasks: [{task: jobs.seed, needs: [services.web]}]\n`;

/** Runs that are about more than one object's end. */
export const scenes = {
  speaks: scene({ seed: [job({ behaviour: { ...talkative, 'log-ms': '150' } })] }),
  breaksOff: scene({ seed: [job({ behaviour: { ...talkative, 'log-fault': 'cut' } })] }),
  neverEndsItsLog: scene({ seed: [job({ behaviour: { ...talkative, 'log-fault': 'hang' } })] }),
  losesItsPod: scene({
    seed: [job({ behaviour: { 'run-ms': '1500' }, spec: { backoffLimit: 2 } })],
    during: async ({ shop, awaitObject }) => {
      const { metadata } = await awaitObject('/api/v1', 'pods', runs);
      await shop.kubectl(['delete', 'pod', metadata.name, '--wait=false']);
    },
  }),
  triesThrice: scene({
    file: `${seeds}workflows:\n  - name: setup\n    order_from: [{task: jobs.seed, attempts: 3}]\n`,
    seed: [job({ behaviour: { mode: 'fail', logs: 'no' } })],
  }),
  halts: scene({
    file: `${service}${seeds}workflows:\n  - name: setup\n    parallelize:\n      - step: all\n        tasks: [services.web, {task: jobs.seed, halt_on_error: true}]\n`,
    web: [deployment({ behaviour: { mode: 'never-ready' } })],
    seed: [job({ behaviour: { mode: 'fail' } })],
  }),
  recovers: scene({
    web: [deployment({ behaviour: { mode: 'crash-loop', 'fail-times': '5' } })],
    // The run goes on until the service is well again: so long the job waits for its configuration.
    seed: [job({ container: { envFrom: [{ configMapRef: { name: 'go' } }] } })],
    words: ['--grace', 'crash-loop=100ms,missing-config=110s', '--timeout', '110s'],
    during: async ({ shop, awaitSaid }) => {
      await awaitSaid('task-recovered');
      await shop.kubectl(['create', 'configmap', 'go']);
    },
  }),
  supersededHalts: scene({
    file: halting('{task: services.web, halt_on_error: true}'),
    web: [deployment({ behaviour: { mode: 'never-ready' } })],
    seed: [job()],
    during: async ({ shop, awaitObject }) => {
      await awaitObject('/api/v1', 'pods', runs);
      await shop.kubectl(['set', 'image', 'deployment/web', 'app=acme/web:2']);
    },
  }),
  keepsSecrets: scene({
    web: [
      deployment({
        container: readsPassword,
        behaviour: { mode: 'crash-loop', logs: `login ${password} refused` },
      }),
    ],
    seed: [job({ container: readsPassword, behaviour: { logs: `connect postgres://shop:${password}@db` } })],
    words: ['--grace', shortGrace],
    before: givePassword,
  }),
  isRefusedAtOnce: scene({
    web: [deployment()],
    before: async (opened) => {
      await refuseDeployments(opened);
      await awaitRefused(opened, deployment());
    },
  }),
  hasGraceInItsFile: scene({
    file: `grace: {image_not_found: 1}\n${service}`,
    web: [deployment({ behaviour: { mode: 'image-pull' } })],
  }),
} as const;

export type SceneName = keyof typeof scenes;
