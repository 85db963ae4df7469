import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { startAdmissionServer, type AdmissionServer } from './failures/admission-server.js';
import type { FailureCase, Scene, SeenObject } from './failures/failure-case.js';
import { deployment } from './failures/manifests.js';
import { settledOf } from './failures/report-text.js';
import { awaitObject } from './kube-client/await-object.js';
import { play } from './failures/stage.js';
import { outcomes } from './testing/run-events.js';

let cluster: ControlPlane;
let admission: AdmissionServer;

beforeAll(async () => {
  cluster = await startControlPlane({
    audit: false,
    nodeGraceSeconds: 3,
    nodes: { startMs: 100, readyMs: 100, heartbeatMs: 1_000 },
  });
  admission = await startAdmissionServer();
});

afterAll(async () => {
  admission.close();
  const errors = cluster.nodeErrors();
  await cluster.stop();
  expect(errors).toEqual([]);
});

const slow = { 'ready-ms': '3000' };
const noGrace = ['--grace', 'crash-loop=0s,image-pull=0s,missing-config=0s'];
const on = (node: string) => ({ nodeSelector: { 'kubernetes.io/hostname': node } });
/** Does not put up with a lost node; nobody tells its end there, as in real life. */
const leavesAtOnce = {
  terminationGracePeriodSeconds: 30,
  tolerations: [
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 },
  ],
};

const runsUnready = ({ status }: SeenObject) => status.phase === 'Running' && isReady(status, 'False');

/** The node of the first pod falls silent while the pod is not ready yet. */
async function loseNodeOfPod({ awaitObject: awaitSeen }: Scene) {
  const pod = await awaitSeen('/api/v1', 'pods', runsUnready);
  const node = pod.spec.nodeName ?? '';
  const bringBack = cluster.loseNode(node);
  return {
    pod,
    /** Until the node controller calls the node lost. */
    awaitLost: () => awaitNode(node, ({ status }) => isReady(status, 'Unknown')),
    /** Until pods may go there again. */
    bringBack: async () => {
      await bringBack();
      await awaitNode(node, ({ spec, status }) => isReady(status, 'True') && spec.taints === undefined);
    },
  };
}

function isReady({ conditions = [] }: SeenObject['status'], wanted: string): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === wanted);
}

type SeenNode = SeenObject & { readonly spec: { readonly taints?: readonly object[] } };

async function awaitNode(name: string, accept: (node: SeenNode) => boolean): Promise<void> {
  const path = `/api/v1/nodes?fieldSelector=metadata.name%3D${name}`;
  await awaitObject<SeenNode>(cluster.client, path, { accept });
}

async function playCase(one: FailureCase) {
  const namespace = `node-${one.title.replaceAll(' ', '-')}`;
  return await play(one, { cluster, admission, namespace });
}

test('a node that falls silent is no failure: its pods are made elsewhere', async () => {
  const played = await playCase({
    title: 'elsewhere',
    objects: [deployment({ behaviour: slow, pod: leavesAtOnce })],
    words: noGrace,
    during: async (scene) => {
      const { pod, bringBack } = await loseNodeOfPod(scene);
      await scene.awaitObject(
        '/api/v1',
        'pods',
        ({ metadata, status }) => metadata.uid !== pod.metadata.uid && status.phase === 'Running',
      );
      await bringBack();
    },
    outcome: 'succeeded',
  });
  expect(outcomes(played.events)).toEqual({ 'services.web': 'succeeded' });
});

test('a node that comes back is no failure: its pods go on', async () => {
  const played = await playCase({
    title: 'back',
    objects: [deployment({ behaviour: slow })],
    words: noGrace,
    during: async (scene) => {
      const { awaitLost, bringBack } = await loseNodeOfPod(scene);
      await awaitLost();
      await bringBack();
    },
    outcome: 'succeeded',
  });
  expect(outcomes(played.events)).toEqual({ 'services.web': 'succeeded' });
});

test('a pod that may run nowhere but on the lost node fails once its grace time is over', async () => {
  const played = await playCase({
    title: 'nowhere',
    objects: [
      deployment({ behaviour: { mode: 'never-ready' }, pod: { ...on('simulated-1'), ...leavesAtOnce } }),
    ],
    words: noGrace,
    during: async (scene) => {
      const { bringBack } = await loseNodeOfPod(scene);
      await scene.awaitSaid('task-settled');
      await bringBack();
    },
    outcome: 'failed',
  });
  expect(outcomes(played.events)).toEqual({ 'services.web': 'failed' });
  expect(settledOf(played.events, 'services.web')?.reason).toContain('1 node(s) had untolerated taint(s)');
});
