import { createManualClock } from '@flotilla/core/testing';
import type { KubeObject } from '../../cluster/kube-object.js';
import { judge } from '../../readiness/judge.js';
import { createFakeCluster } from '../../testing/fake-cluster.js';
import { createTestContext } from '../../testing/test-context.js';
import { observe } from './observation.js';
import type { ObservationEnd } from './observation.js';

const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop', uid: 'uid-data' },
  spec: { storageClassName: 'fast' },
  status: { phase: 'Pending' },
};

const certificate: KubeObject = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', generation: 1 },
};

/** Waits for one applied object in virtual time; `looks` counts how often it was looked at. */
function observed(applied: KubeObject) {
  const clock = createManualClock();
  const fake = createFakeCluster();
  fake.put(applied);
  const context = createTestContext(fake.cluster, clock);
  const observation = observe({ objects: [{ desired: applied, applied, changed: true }], judge }, context);
  const abort = new AbortController();
  const seen: { end?: ObservationEnd; looks: number } = { looks: 0 };
  const onLook = () => {
    seen.looks += 1;
    // One that rings for its own next look would never let anything else come.
    if (seen.looks > 100) throw new Error('it looks again and again');
  };
  const done = observation.untilCurrent(abort.signal, onLook).then((end) => (seen.end = end));
  return { clock, fake, seen, done, abort };
}

test('a claim without a volume fails its task when its grace is over, and not before', async () => {
  const { clock, seen } = observed(claim);
  await clock.advanceTo(119_999);
  expect(seen.end).toBeUndefined();
  await clock.advanceTo(120_000);
  expect(seen.end).toMatchObject({ kind: 'failed', symptom: { cause: 'no volume is bound to claim data' } });
});

test('a claim that is bound within its grace is no failure', async () => {
  const { clock, fake, seen } = observed(claim);
  await clock.advanceTo(119_999);
  fake.put({ ...claim, status: { phase: 'Bound' } });
  await clock.advanceTo(120_001);
  expect(seen.end).toEqual({ kind: 'current' });
});

test('a custom resource of which nobody has spoken is looked at twice, not again and again, and then counts as ready', async () => {
  const { clock, seen, done } = observed(certificate);
  await clock.advanceTo(9_999);
  expect(seen.end).toBeUndefined();
  const before = seen.looks;
  expect(before).toBeLessThanOrEqual(2);
  await clock.advanceTo(10_000);
  expect(await done).toEqual({ kind: 'current' });
  expect(seen.looks).toBe(before);
});

test('a custom resource whose controller speaks in time is judged by what it says', async () => {
  const { clock, fake, seen, done, abort } = observed(certificate);
  await clock.advanceTo(5_000);
  const conditions = [{ type: 'Ready', status: 'False', reason: 'Issuing', message: 'asking the issuer' }];
  fake.put({ ...certificate, status: { observedGeneration: 1, conditions } });
  await clock.advanceTo(60_000);
  expect(seen.end).toBeUndefined();
  abort.abort();
  expect(await done).toEqual({ kind: 'aborted' });
});
