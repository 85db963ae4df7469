import { createManualClock } from '@flotilla/core/testing';
import type { ApiFailure } from '../../cluster/api-failure.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { createFakeCluster } from '../../testing/fake-cluster.js';
import { createTestContext } from '../../testing/test-context.js';
import { sendPatiently } from './send-patiently.js';

const silent: ApiFailure = {
  kind: 'status',
  code: 500,
  reason: 'InternalError',
  message: 'failed calling webhook "check.test": failed to call webhook: connection refused',
  causes: [],
};
const settings: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
};

/** Sends an object past a webhook that begins to answer at `answersAtMs`. */
function sent(answersAtMs: number, failure = silent) {
  const clock = createManualClock();
  const fake = createFakeCluster({ refuse: () => (clock.now() < answersAtMs ? failure : undefined) });
  const seen: { ok?: boolean } = {};
  const signal = new AbortController().signal;
  void sendPatiently(settings, createTestContext(fake.cluster, clock), { signal }).then(
    ({ ok }) => (seen.ok = ok),
  );
  return { clock, fake, seen };
}

test('a webhook that does not answer refuses an object when its grace is over, and not before', async () => {
  const { clock, fake, seen } = sent(Infinity);
  await clock.advanceTo(29_999);
  expect(seen.ok).toBeUndefined();
  await clock.advanceTo(30_000);
  expect(seen.ok).toBe(false);
  expect(fake.writes).toHaveLength(31);
});

test('a webhook that answers within its grace has refused nothing', async () => {
  const { clock, seen } = sent(29_500);
  await clock.advanceTo(30_000);
  expect(seen.ok).toBe(true);
});

test('a webhook that says no is asked once', async () => {
  const denied = { ...silent, code: 403, message: 'admission webhook "check.test" denied the request: no' };
  const { clock, fake, seen } = sent(Infinity, denied);
  await clock.advanceTo(1);
  expect(seen.ok).toBe(false);
  expect(fake.writes).toHaveLength(1);
});
