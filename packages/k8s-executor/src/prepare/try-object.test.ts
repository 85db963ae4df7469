import type { TaskId } from '@flotilla/core';
import { createManualClock } from '@flotilla/core/testing';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { createFakeCluster } from '../testing/fake-cluster.js';
import { createTestContext } from '../testing/test-context.js';
import { tryObject } from './try-object.js';
import type { Trial } from './try-object.js';

const reset: ApiFailure = {
  kind: 'status',
  code: 500,
  reason: 'InternalError',
  message: 'failed calling webhook "check.test": failed to call webhook: connection reset by peer',
  causes: [],
};
const settings: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
};

/** Tries an object past a webhook that begins to answer at `answersAtMs`. */
function tried(answersAtMs: number, webhooks: ReadonlyMap<string, TaskId> = new Map()) {
  const clock = createManualClock();
  const fake = createFakeCluster({ refuse: () => (clock.now() < answersAtMs ? reset : undefined) });
  const context = { ...createTestContext(fake.cluster, clock), facts: { kinds: new Map(), webhooks } };
  const seen: { trial?: Trial } = {};
  void tryObject(settings, context).then((trial) => (seen.trial = trial));
  return { clock, seen };
}

test('a webhook of others that resets one connection, or is being replaced, refuses nothing', async () => {
  const { clock, seen } = tried(5_000);
  await clock.advanceTo(5_000);
  expect(seen.trial?.kind).toBe('taken');
});

test('one that is down refuses the object when its grace is over', async () => {
  const { clock, seen } = tried(Infinity);
  await clock.advanceTo(29_999);
  expect(seen.trial).toBeUndefined();
  await clock.advanceTo(30_000);
  expect(seen.trial).toEqual({ kind: 'refused', failure: reset });
});

test('one that this plan brings cannot answer yet, and is not waited for', async () => {
  const { clock, seen } = tried(Infinity, new Map([['check.test', 'services.hook' as TaskId]]));
  await clock.advanceTo(1);
  expect(seen.trial).toMatchObject({ kind: 'untried' });
});
