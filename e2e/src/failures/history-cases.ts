import { applyAsFlotilla } from './deployed-before.js';
import type { FailureCase, Scene } from './failure-case.js';
import { configMap, deployment, manifest, type Json } from './manifests.js';

/** The version before, once `condition` holds for it. */
function deployFirst(object: Json, condition: string) {
  return async (scene: Scene): Promise<void> => {
    await applyAsFlotilla(scene, manifest([object]));
    await scene.shop.kubectl(['wait', `--for=jsonpath=${condition}`, 'deployment/web', '--timeout=60s']);
  };
}

const unavailable = '{.status.unavailableReplicas}=1';
const gaveUp = '{.status.conditions[?(@.type=="Progressing")].reason}=ProgressDeadlineExceeded';

/** What the version before has left behind. */
export const historyCases: readonly FailureCase[] = [
  {
    title: 'pods of the version before that crash while the new one is fine',
    objects: [deployment()],
    before: deployFirst(deployment({ behaviour: { mode: 'crash-loop' } }), unavailable),
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a deadline that the version before has missed',
    objects: [deployment({ spec: { progressDeadlineSeconds: 60 }, behaviour: { 'ready-ms': '300' } })],
    before: deployFirst(
      deployment({ spec: { progressDeadlineSeconds: 1 }, behaviour: { mode: 'never-ready' } }),
      gaveUp,
    ),
    outcome: 'succeeded',
  },
  {
    title: 'a ConfigMap that the same task brings',
    objects: [
      deployment({ container: { envFrom: [{ configMapRef: { name: 'settings' } }] } }),
      configMap('settings', { level: 'info' }),
    ],
    words: ['--grace', 'missing-config=0s'],
    outcome: 'succeeded',
  },
];
