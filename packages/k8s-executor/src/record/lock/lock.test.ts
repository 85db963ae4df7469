import { createManualClock } from '@flotilla/core/testing';
import type { Clock } from '@flotilla/core';
import { observed } from '../../testing/observed-cluster.js';
import { createShelf } from '../../testing/shelf-cluster.js';
import type { Line } from '../../testing/shelf-cluster.js';
import { skewedClock } from '../../testing/skewed-clock.js';
import { acquireLock } from './acquire-lock.js';
import type { AcquireLockOptions, AcquireLockResult } from './acquire-lock.js';
import { guardWrites } from './guard-writes.js';
import type { HeldLock } from './held-lock.js';
import { leaseReference, readLease } from './lease-record.js';
import { requestUnlock } from './request-unlock.js';

const where = { deployment: 'shop', namespace: 'shop' };
const lease = leaseReference(where);
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };

/** A cluster, and machines whose clocks agree in nothing. */
function createWorld() {
  const clock = createManualClock();
  const shelf = createShelf();
  const machine = (
    run: string,
    { offsetMs = 0, wallMs = 0, rate = 1 }: { offsetMs?: number; wallMs?: number; rate?: number } = {},
  ) => {
    const line: Line = { state: 'up' };
    const notes: string[] = [];
    const own: Clock = skewedClock(clock, { offsetMs, rate });
    const options: AcquireLockOptions = {
      ...where,
      cluster: shelf.connect(line),
      clock: own,
      wallClock: () => new Date(wallMs + clock.now()),
      run,
      origin: { who: `${run}@ci`, commit: 'c0ffee', url: `https://ci/${run}` },
      onNote: (text) => notes.push(text),
    };
    const acquire = (more: Partial<AcquireLockOptions> = {}) => acquireLock({ ...options, ...more });
    return { line, notes, options, acquire };
  };
  const holder = () => {
    const object = shelf.get(lease);
    return object === undefined ? undefined : readLease(object).holder?.run;
  };
  return { clock, shelf, machine, holder };
}

function held(result: AcquireLockResult): HeldLock {
  if (result.kind !== 'held') throw new Error(`the lock is ${result.kind}`);
  return result.lock;
}

test('a free lock is taken, renewed and released, and tells who holds it', async () => {
  const { clock, shelf, machine, holder } = createWorld();
  const lock = held(await machine('one', { wallMs: Date.UTC(2026, 10, 26) }).acquire());
  expect(shelf.get(lease)?.metadata).toMatchObject({
    name: 'flotilla-shop',
    labels: { 'flotilla.dev/record': 'lock', 'flotilla.dev/deployment': 'shop' },
    annotations: {
      'flotilla.dev/lock-who': 'one@ci',
      'flotilla.dev/lock-commit': 'c0ffee',
      'flotilla.dev/lock-url': 'https://ci/one',
    },
  });
  expect(lock.holder.since).toBe('2026-11-26T00:00:00.000000Z');
  await clock.advanceTo(60_000);
  expect(holder()).toBe('one');
  expect(lock.ended.aborted).toBe(false);
  await clock.runUntil(lock.release());
  expect(shelf.get(lease)).toBeUndefined();
  expect(await lock.permit()).toBeUndefined();
  expect(clock.waiting()).toBe(0);
});

test('a second run is refused as soon as the holder is seen to be alive, with all that is known of him', async () => {
  const { clock, machine } = createWorld();
  await machine('one').acquire();
  const two = machine('two', { offsetMs: 1e9 });
  const refused = await clock.runUntil(two.acquire());
  expect(clock.now()).toBeLessThanOrEqual(3_000);
  expect(refused).toMatchObject({
    kind: 'refused',
    refusal: {
      exitCode: 75,
      message:
        'shop in namespace shop is locked by one@ci (run one, since 1970-01-01T00:00:00Z, commit c0ffee, https://ci/one).',
      help: expect.stringContaining('flotilla unlock') as string,
    },
  });
});

test('with a timeout a second run waits, says so every ten seconds, and gets the lock when it is released', async () => {
  const { clock, machine, holder } = createWorld();
  const first = held(await machine('one').acquire());
  const two = machine('two');
  const waiting = two.acquire({ timeoutMs: 600_000 });
  await clock.advanceTo(25_000);
  expect(two.notes).toEqual([
    expect.stringMatching(/^Waiting for the lock of shop, held by one@ci .*\(at most 600 s\)\.$/),
    expect.stringMatching(/, for 10 s so far \(at most 600 s\)\.$/),
    expect.stringMatching(/, for 20 s so far /),
  ]);
  await first.release();
  expect(await clock.runUntil(waiting)).toMatchObject({ kind: 'held', waited: true });
  expect(clock.now()).toBe(25_000);
  expect(holder()).toBe('two');
});

test('the wait ends with its timeout, and at once when the run is cancelled', async () => {
  const { clock, machine } = createWorld();
  await machine('one').acquire();
  const stop = new AbortController();
  const stopped = machine('three').acquire({ timeoutMs: 600_000, signal: stop.signal });
  expect(await clock.runUntil(machine('two').acquire({ timeoutMs: 40_000 }))).toMatchObject({
    kind: 'refused',
  });
  expect(clock.now()).toBe(40_000);
  stop.abort('SIGINT');
  expect(await stopped).toEqual({ kind: 'stopped' });
});

// The wall clocks are hours apart, the monotonic ones began at other times and do not run equally fast.
test.each([
  [{}, {}],
  [{ wallMs: 3_600_000, offsetMs: 5e6 }, { wallMs: -3_600_000 }],
  [{ wallMs: -3_600_000 }, { wallMs: 3_600_000, offsetMs: 5e6 }],
  [{ rate: 0.95 }, { rate: 1.05 }],
])('a holder that is cut off stops writing before another may begin (%j, %j)', async (oneSkew, twoSkew) => {
  const { clock, machine, holder, shelf } = createWorld();
  const one = machine('one', oneSkew);
  const lock = held(await one.acquire());
  const guarded = guardWrites(one.options.cluster);
  guarded.useLock(lock);
  await clock.advanceTo(7_000);
  one.line.state = 'down';
  const taken = machine('two', twoSkew).acquire().then(held);
  const lastPermit = await lock.permit();
  let stoppedAt = 0;
  lastPermit?.ended.addEventListener('abort', () => {
    stoppedAt = clock.now();
  });
  const second = await clock.runUntil(taken);
  expect(stoppedAt).toBeGreaterThan(7_000);
  expect(clock.now()).toBeGreaterThan(stoppedAt + 1_000);
  expect(holder()).toBe('two');
  // The line is mended: what the first one wants to write now waits for a lease that it cannot have.
  one.line.state = 'up';
  const late = guarded.cluster.apply(configMap);
  expect(await clock.runUntil(late)).toEqual({ ok: false, failure: { kind: 'aborted' } });
  expect(lock.ended.reason).toBe('lock-lost');
  expect(shelf.writes.filter((write) => write.startsWith('apply'))).toEqual([]);
  expect(one.notes.at(-1)).toContain('two@ci has taken it over');
  await second.release();
});

test('a dead holder is taken over when it has not renewed for its whole time, and the plain clock says so', async () => {
  const { clock, machine, holder } = createWorld();
  const one = machine('one', { wallMs: 86_400_000 });
  await one.acquire();
  one.line.state = 'down';
  await clock.advanceTo(50_000);
  const two = machine('two');
  expect(await clock.runUntil(two.acquire())).toMatchObject({ kind: 'held', waited: true });
  expect(clock.now()).toBe(65_000);
  expect(holder()).toBe('two');
  expect(two.notes.at(-1)).toContain('has not renewed the lock for 15 s');
});

test('writes wait while the lease cannot be renewed, and go on when it can', async () => {
  const { clock, machine } = createWorld();
  const one = machine('one');
  const lock = held(await one.acquire());
  const guarded = guardWrites(one.options.cluster);
  guarded.useLock(lock);
  one.line.state = 'down';
  await clock.advanceTo(14_000);
  one.line.state = 'up';
  expect(one.notes).toEqual([
    'The lock could not be renewed (no connection): nothing is written until it is.',
  ]);
  expect(await clock.runUntil(guarded.cluster.apply(configMap))).toMatchObject({ ok: true });
  expect(lock.ended.aborted).toBe(false);
  await lock.release();
});

test('a process that stood still longer than its lease writes nothing before it has looked', async () => {
  const { clock, machine } = createWorld();
  let stoodStillMs = 0;
  const one = machine('one');
  // Timers are heard late; only the time itself has gone on.
  const own: Clock = {
    now: () => clock.now() + stoodStillMs,
    until: (at, signal) => clock.until(at, signal),
  };
  const lock = held(await one.acquire({ clock: own }));
  const permit = await lock.permit();
  stoodStillMs = 20_000;
  expect(permit?.holds()).toBe(false);
});

test('who cannot renew for four times the lease gives up', async () => {
  const { clock, machine } = createWorld();
  const one = machine('one');
  const lock = held(await one.acquire());
  one.line.state = 'down';
  await clock.advanceTo(58_000);
  expect(lock.ended.aborted).toBe(false);
  await clock.advanceTo(66_000);
  expect(lock.ended.reason).toBe('lock-lost');
  expect(clock.waiting()).toBe(0);
});

test('who can read but not renew ends as soon as somebody else has the lock', async () => {
  const { clock, machine, holder } = createWorld();
  const one = machine('one');
  const cluster = observed(one.options.cluster, () => undefined);
  const patch = (...args: Parameters<typeof cluster.patch>): ReturnType<typeof cluster.patch> =>
    // A proxy in between lets no renewal through.
    new Promise((resolve) => {
      args[2]?.permit?.ended.addEventListener('abort', () => {
        resolve({ ok: false, failure: { kind: 'aborted' } });
      });
    });
  const first = held(await one.acquire({ cluster: { ...cluster, patch } }));
  const waiting = machine('two').acquire({ timeoutMs: 60_000 });
  await clock.advanceTo(14_999);
  expect([holder(), first.ended.aborted]).toEqual(['one', false]);
  const permit = first.permit();
  held(await clock.runUntil(waiting));
  await clock.advanceTo(clock.now() + 10_000);
  expect([holder(), first.ended.reason, await permit]).toEqual(['two', 'lock-lost', undefined]);
  expect(one.notes.at(-1)).toBe('The lock is lost: two@ci has taken it over. Nothing more is written.');
});

test('lost answers cost nothing: the renewals and the lock itself were stored', async () => {
  const { clock, machine, holder } = createWorld();
  const one = machine('one');
  one.line.state = 'mute';
  const lock = held(await one.acquire());
  for (const at of [2_000, 5_000, 12_000]) {
    one.line.state = 'mute';
    await clock.advanceTo(at);
  }
  await clock.advanceTo(20_000);
  expect(holder()).toBe('one');
  expect(lock.ended.aborted).toBe(false);
  expect(await lock.permit()).toBeDefined();
  await lock.release();
});

describe('take over', () => {
  test('a run that is stopped while it waits takes its request back: an older one that has not heard goes on', async () => {
    const { clock, machine, holder } = createWorld();
    const first = held(await machine('one').acquire());
    const stopped = new AbortController();
    const taking = machine('two').acquire({ takeOver: true, signal: stopped.signal });
    await clock.advanceTo(100);
    stopped.abort();
    expect(await clock.runUntil(taking)).toEqual({ kind: 'stopped' });
    await clock.advanceTo(20_000);
    expect([holder(), first.ended.aborted]).toEqual(['one', false]);
    await first.release();
    expect(holder()).toBeUndefined();
  });

  test('a run that is stopped while it waits is handed nothing by an older one that has heard', async () => {
    const { clock, shelf, machine } = createWorld();
    const first = held(await machine('one').acquire());
    const stopped = new AbortController();
    const taking = machine('two').acquire({ takeOver: true, signal: stopped.signal });
    await clock.advanceTo(4_000);
    expect(first.ended.reason).toBe('superseded');
    stopped.abort();
    await clock.runUntil(taking);
    await clock.runUntil(first.release());
    expect(shelf.get(lease)).toBeUndefined();
  });

  test('the older run is told to stop, and hands over to who asked, not to who waits', async () => {
    const { clock, machine, holder } = createWorld();
    const one = machine('one');
    const first = held(await one.acquire());
    const waiting = machine('waiting').acquire({ timeoutMs: 20_000 });
    const two = machine('two');
    const taking = two.acquire({ takeOver: true });
    await clock.advanceTo(4_000);
    expect(first.ended.reason).toBe('superseded');
    expect(one.notes).toEqual(['two@ci takes over.']);
    // Until it lets go it may finish what it writes.
    expect(await first.permit()).toBeDefined();
    await first.release();
    const second = held(await clock.runUntil(taking));
    expect(holder()).toBe('two');
    expect(readLease(expectFound(one, await one.options.cluster.get(lease))).request).toBeUndefined();
    await clock.runUntil(waiting);
    expect(await waiting).toMatchObject({
      kind: 'refused',
      refusal: { message: expect.stringContaining('locked by two@ci') as string },
    });
    await second.release();
  });

  test('of two that want to take over the newer one gets it', async () => {
    const { clock, machine, holder } = createWorld();
    const first = held(await machine('one').acquire());
    const older = machine('two').acquire({ takeOver: true });
    await clock.advanceTo(100);
    const newer = machine('three').acquire({ takeOver: true });
    expect(await clock.runUntil(older)).toMatchObject({
      kind: 'refused',
      refusal: { exitCode: 75, message: /a newer run takes over.*three@ci/ },
    });
    await clock.advanceTo(4_000);
    await first.release();
    const third = held(await clock.runUntil(newer));
    expect(holder()).toBe('three');
    await third.release();
  });

  test('a holder that does not listen is not waited for for ever', async () => {
    const { clock, machine } = createWorld();
    const deaf = held(await machine('one').acquire());
    const result = await clock.runUntil(machine('two').acquire({ takeOver: true }));
    expect(result).toMatchObject({ kind: 'refused', refusal: { exitCode: 75 } });
    expect(clock.now()).toBeLessThan(75_000);
    await deaf.release();
  });
});

describe('unlock', () => {
  test('a holder that is alive stops as if it had lost its lock, and then it is free', async () => {
    const { clock, shelf, machine } = createWorld();
    const first = held(await machine('one').acquire());
    const { options, notes } = machine('two');
    const unlocking = requestUnlock(options);
    await clock.advanceTo(4_000);
    expect(first.ended.reason).toBe('lock-lost');
    await first.release();
    expect(await clock.runUntil(unlocking)).toMatchObject({ kind: 'released', holder: { run: 'one' } });
    expect(shelf.get(lease)).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('one@ci')]);
  });

  test('a dead holder is waited for until it counts as dead', async () => {
    const { clock, shelf, machine } = createWorld();
    const one = machine('one');
    await one.acquire();
    one.line.state = 'down';
    const unlocking = requestUnlock(machine('two').options);
    expect(await clock.runUntil(unlocking)).toMatchObject({ kind: 'expired', holder: { run: 'one' } });
    expect(clock.now()).toBe(15_000);
    expect(shelf.get(lease)).toBeUndefined();
  });

  test('nobody holds it', async () => {
    const { machine } = createWorld();
    expect(await requestUnlock(machine('two').options)).toEqual({ kind: 'free' });
  });
});

function expectFound(_machine: unknown, found: { ok: boolean; value?: unknown }) {
  if (!found.ok || found.value === undefined) throw new Error('there is no lease');
  return found.value as Parameters<typeof readLease>[0];
}
