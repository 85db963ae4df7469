import { createManualClock } from '@flotilla/core/testing';
import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import { createShelf } from '../../testing/shelf-cluster.js';
import { acquireLock, type AcquireLockOptions } from './acquire-lock.js';
import { leaseReference } from './lease-record.js';
import { requestUnlock } from './request-unlock.js';

// Admission refuses a write with the very code (422) that one to an object which is another by now gets.

const where = { deployment: 'shop', namespace: 'shop' };

const refusal: ApiFailure = {
  kind: 'status',
  code: 422,
  reason: 'Invalid',
  message: 'denied by policy "house rule"',
  causes: [],
};

/** Two machines at one cluster, of which the second is refused what it writes. */
function createWorld(verbs: readonly ('create' | 'patch' | 'delete')[], code = 422) {
  const clock = createManualClock();
  const shelf = createShelf();
  const asked = { count: 0 };
  const refuse = <Value>(): Promise<ApiResult<Value>> => {
    asked.count += 1;
    return Promise.resolve({ ok: false, failure: { ...refusal, code } });
  };
  const of = (run: string, cluster: Cluster): AcquireLockOptions & { readonly notes: string[] } => {
    const notes: string[] = [];
    return {
      ...where,
      cluster,
      clock,
      wallClock: () => new Date(clock.now()),
      run,
      origin: { who: run, commit: null, url: null },
      onNote: (text) => notes.push(text),
      notes,
    };
  };
  const cluster = shelf.connect();
  const refused = {
    ...cluster,
    ...(verbs.includes('create') && { create: refuse<never> }),
    ...(verbs.includes('patch') && { patch: refuse<never> }),
    ...(verbs.includes('delete') && { delete: refuse<never> }),
  };
  return { clock, shelf, asked, free: of('free', cluster), bound: of('bound', refused) };
}

const said = { refusal: { exitCode: 77, message: expect.stringContaining('house rule') as string } };

test('who may not make the lease is refused, and asks no more than twice', async () => {
  const { clock, asked, bound } = createWorld(['create']);
  expect(await clock.runUntil(acquireLock(bound))).toMatchObject({ kind: 'refused', ...said });
  expect(asked.count).toBe(2);
});

test('who may not take a lease that is free is refused', async () => {
  const { clock, shelf, asked, free, bound } = createWorld(['patch']);
  // The lease of somebody who is gone.
  const gone = await clock.runUntil(acquireLock({ ...free, cluster: shelf.connect({ state: 'up' }) }));
  expect(gone.kind).toBe('held');
  await shelf.connect().patch(leaseReference(where), { spec: { holderIdentity: '' } });
  expect(await clock.runUntil(acquireLock(bound))).toMatchObject({ kind: 'refused', ...said });
  expect(asked.count).toBe(2);
});

test.each([422, 403])('who may not ask for the lock is refused (%i)', async (code) => {
  const { clock, asked, free, bound } = createWorld(['patch'], code);
  await clock.runUntil(acquireLock(free));
  const taking = acquireLock({ ...bound, takeOver: true });
  expect(await clock.runUntil(taking)).toMatchObject({ kind: 'refused', ...said });
  const unlocking = requestUnlock(bound);
  expect(await clock.runUntil(unlocking)).toMatchObject({ kind: 'refused', ...said });
  expect(asked.count).toBeLessThanOrEqual(4);
});

test('who may not delete the lease of a dead run is told so', async () => {
  const { clock, shelf, asked, free, bound } = createWorld(['delete'], 403);
  const line = { state: 'up' as 'up' | 'down' };
  await clock.runUntil(acquireLock({ ...free, cluster: shelf.connect(line) }));
  line.state = 'down';
  expect(await clock.runUntil(requestUnlock(bound))).toMatchObject({ kind: 'refused', ...said });
  expect(asked.count).toBe(1);
});

test('whose renewals are refused is told why, does not ask in a loop, and loses the lock', async () => {
  const { clock, asked, bound } = createWorld(['patch']);
  const acquired = await clock.runUntil(acquireLock({ ...bound, durationMs: 15_000 }));
  if (acquired.kind !== 'held') throw new Error(acquired.kind);
  await clock.advanceTo(90_000);
  expect(acquired.lock.ended.reason).toBe('lock-lost');
  expect(bound.notes).toEqual([
    'The lock could not be renewed (denied by policy "house rule"): nothing is written until it is.',
    expect.stringContaining('The lock is lost: it could not be renewed for 60 s'),
  ]);
  expect(asked.count).toBeLessThan(70);
});
