import { createManualClock } from '@flotilla/core/testing';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { collectEvidence } from './collect-evidence.js';
import { defaultGraceTimes } from './grace-times.js';
import { podSymptoms } from './pod-symptoms.js';

const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
};

/** A pod that waits for its next restart; not every kubelet keeps the id of a container that is gone. */
const crashed: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop' },
  status: {
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 3, containerID: 'containerd://abc' } },
      },
    ],
  },
};

async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* texts;
}

/** The moment after a crash, before a kubelet says that it backs off. */
const crashing = (phase: string): KubeObject => ({
  ...crashed,
  status: {
    phase,
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        state: { terminated: { exitCode: 3 } },
        lastState: { terminated: { exitCode: 3 } },
      },
    ],
  },
});

test.each([
  ['of a container that waits for its next start those of the run before', crashed, true],
  ['of one that ends at this very moment, and is started again, too', crashing('Running'), true],
  ['of one that is not started again those of its last run', crashing('Failed'), false],
])(
  'the last words of a crashed container are read also where its status names no container: %s',
  async (_, pod, previous) => {
    const asked: unknown[] = [];
    const cluster = {
      resource: () => Promise.resolve({ ok: true, value: undefined }),
      list: () => Promise.resolve({ ok: true, value: [] }),
      logs: (wanted: Parameters<Cluster['logs']>[0]) => {
        asked.push({ pod: wanted.pod, container: wanted.container, previous: wanted.previous });
        return Promise.resolve({ ok: true, value: lines('no route to host db') });
      },
    } as unknown as Cluster;
    const [symptom] = podSymptoms(crashed, defaultGraceTimes);
    const evidence = await collectEvidence(
      { object: web, state: '0 of 1 replicas ready', symptom, pods: [pod], related: [] },
      { cluster, clock: createManualClock(), redact: (text) => text },
    );
    expect(asked).toEqual([{ pod: 'web-1', container: 'app', previous }]);
    expect(evidence.logs).toEqual([
      { pod: 'web-1', container: 'app', previous, lines: ['no route to host db'] },
    ]);
  },
);
