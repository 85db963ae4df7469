import type { Clock, ObjectReference, Refusal } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { stoppable } from '../../cluster/stoppable-cluster.js';
import { recordLabels } from '../record-names.js';
import type { RunOrigin } from '../run-origin.js';
import { keepLock } from './held-lock.js';
import type { HeldLock } from './held-lock.js';
import { asking, askingNothing, heldBy, leaseReference, microTime, readLease } from './lease-record.js';
import type { LeaseRecord, LockHolder } from './lease-record.js';
import { formatHolder, refuseHeld, refuseNewer, refuseUnlockable } from './lock-refusals.js';
import { PulseObserver } from './pulse-observer.js';
import { createPulseWatch } from './pulse-watch.js';
import type { PulseWatch } from './pulse-watch.js';
import { within } from './within.js';

/** How long a lock counts as held after its last renewal, unless it is said otherwise: client-go's default. */
const defaultLockDurationMs = 15_000;

/** A holder that was asked for its lock stops within seconds; one that does not in this time never will. */
const takeOverPatienceMs = 60_000;

const lostAnswersMax = 4;

/** Whoever stops a run does not wait longer for a server that may never answer. */
const letGoPatienceMs = 5_000;

/** While somebody waits, he is told so this often. */
const messageEveryMs = 10_000;

export interface AcquireLockOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  readonly deployment: string;
  readonly namespace: string;
  /** Unique for this process. */
  readonly run: string;
  readonly origin: RunOrigin;
  /** Whole seconds in milliseconds. Default `defaultLockDurationMs`. */
  readonly durationMs?: number | undefined;
  /** How long to wait for a holder that is alive (`--lock-timeout`). Default 0: refused as soon as it is seen to be. */
  readonly timeoutMs?: number | undefined;
  /** Asks the holder to stop and hand the lock over (`--take-over`). */
  readonly takeOver?: boolean | undefined;
  /** Stops waiting; a lock that may have been acquired all the same is let go. */
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** `waited`: somebody else wrote meanwhile, so what was read before is old. */
export type AcquireLockResult =
  | { readonly kind: 'held'; readonly lock: HeldLock; readonly waited: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** There is no such namespace, so there is nothing in it that a lock could guard. */
  | { readonly kind: 'no-namespace' }
  | { readonly kind: 'stopped' };

/**
 * Acquires the lock of a deployment: a Lease that its holder renews. It is free when nobody holds it, and when the holder
 * has not renewed it for its whole time, by this process's own clock from when it looked first: clocks of two machines
 * are never compared. A holder that is seen to be alive is waited for, asked to hand over, or named in a refusal (75).
 */
export async function acquireLock(options: AcquireLockOptions): Promise<AcquireLockResult> {
  const lease = leaseReference(options);
  const pulse = createPulseWatch(options.cluster, lease);
  try {
    const seeker = new LockSeeker(options, lease, pulse);
    const result = await seeker.seek();
    if (result.kind !== 'held') await seeker.letGo();
    return result;
  } finally {
    pulse.close();
  }
}

class LockSeeker {
  readonly #options: AcquireLockOptions;
  /** Stops asking with the seeking. */
  readonly #cluster: Pick<Cluster, 'get' | 'create' | 'patch'>;
  readonly #lease: ObjectReference;
  readonly #pulse: PulseWatch;
  readonly #observer: PulseObserver;
  readonly #begunAt: number;
  readonly #durationMs: number;
  /** Whose lock it was when this process came. */
  #first: LockHolder | undefined;
  #askedAt: number | undefined;
  #nextMessageAt: number;
  #lostAnswers = 0;
  /** The version of the lease at which a write was refused as if it had changed; empty when there was none. */
  #refusedAt: string | undefined;
  /** A write that would have acquired it was sent, and nobody knows what became of it. */
  #isUnsure = false;

  constructor(options: AcquireLockOptions, lease: ObjectReference, pulse: PulseWatch) {
    this.#options = options;
    this.#cluster = stoppable(options.cluster, options.signal);
    this.#lease = lease;
    this.#pulse = pulse;
    this.#observer = new PulseObserver(options.clock);
    this.#begunAt = this.#nextMessageAt = options.clock.now();
    this.#durationMs = options.durationMs ?? defaultLockDurationMs;
  }

  async seek(): Promise<AcquireLockResult> {
    while (this.#options.signal?.aborted !== true) {
      this.#pulse.reset();
      const found = await this.#cluster.get(this.#lease);
      if (!found.ok) return this.#refuse(found.failure);
      const result =
        found.value === undefined ? await this.#create() : await this.#consider(readLease(found.value));
      if (result !== undefined) return result;
    }
    return { kind: 'stopped' };
  }

  /**
   * Of a seeker that ends without the lock, which it may hold all the same, or be about to be handed: nobody shall wait
   * for it to expire. A lock that cannot be let go expires.
   */
  async letGo(): Promise<void> {
    if (!this.#isUnsure && this.#askedAt === undefined) return;
    const { clock, run } = this.#options;
    const record = await this.#lookOnceMore();
    if (record?.holder?.run === run)
      await this.#keep(record, { holder: record.holder, sentAt: clock.now() }).release();
    else if (record !== undefined && this.#isOurs(record) && !(await this.#takeBack(record)))
      // It has changed meanwhile: handed over, most likely.
      await this.#releaseHandedOver();
  }

  async #releaseHandedOver(): Promise<void> {
    const record = await this.#lookOnceMore();
    if (record?.holder?.run !== this.#options.run) return;
    const sentAt = this.#options.clock.now();
    await this.#keep(record, { holder: record.holder, sentAt }).release();
  }

  async #lookOnceMore(): Promise<LeaseRecord | undefined> {
    const { clock, cluster } = this.#options;
    const look = await within({ clock, limitMs: letGoPatienceMs }, ({ ended }) =>
      cluster.get(this.#lease, ended),
    );
    return look.ok && look.value !== undefined ? readLease(look.value) : undefined;
  }

  /** A holder that has not heard yet goes on; one that has lets the lock go to nobody. */
  async #takeBack({ uid, resourceVersion }: LeaseRecord): Promise<boolean> {
    const { clock, cluster } = this.#options;
    const metadata = { ...askingNothing.metadata, uid, resourceVersion };
    const taken = await within({ clock, limitMs: letGoPatienceMs }, (permit) =>
      cluster.patch(this.#lease, { metadata }, { permit }),
    );
    return taken.ok;
  }

  async #create(): Promise<AcquireLockResult | undefined> {
    const { clock, deployment } = this.#options;
    const holder = this.#holder();
    const { metadata, spec } = heldBy(holder, this.#durationMs);
    const { apiVersion, kind, ...where } = this.#lease;
    const labels = recordLabels(deployment, 'lock');
    const sentAt = clock.now();
    const stored = await this.#cluster.create({
      apiVersion,
      kind,
      metadata: { ...where, labels, annotations: withoutNulls(metadata.annotations) },
      spec,
    });
    return this.#decide(stored, { holder, sentAt, version: '' });
  }

  /** Takes a lock that is free, or the own one of which the answer was lost. */
  async #take({ uid, resourceVersion }: LeaseRecord): Promise<AcquireLockResult | undefined> {
    const { clock } = this.#options;
    const holder = this.#holder();
    const { metadata, spec } = heldBy(holder, this.#durationMs);
    const sentAt = clock.now();
    const patch = { metadata: { ...metadata, uid, resourceVersion }, spec };
    const by = { holder, sentAt, version: resourceVersion };
    return this.#decide(await this.#cluster.patch(this.#lease, patch), by);
  }

  /** Undefined when somebody else was faster, or when nobody knows: then it is looked at again. */
  #decide(
    stored: ApiResult<KubeObject>,
    by: { readonly holder: LockHolder; readonly sentAt: number; readonly version: string },
  ): AcquireLockResult | undefined {
    if (stored.ok) {
      const lock = this.#keep(readLease(stored.value), by);
      return { kind: 'held', lock, waited: this.#first !== undefined };
    }
    // A server in trouble may have stored it before it said so.
    const { failure } = stored;
    this.#isUnsure ||= failure.kind !== 'status' || failure.code >= 500;
    return this.#explain(failure, by.version);
  }

  /** Why it cannot be had; undefined when looking again may tell more. */
  #explain(failure: ApiFailure, version: string): AcquireLockResult | undefined {
    if (failure.kind === 'aborted') return undefined;
    if (failure.kind !== 'status' || failure.code >= 500) return this.#lookAgainAfter(failure);
    if (failure.code === 409) return undefined;
    // A lease that is another one by now answers so too, but not twice.
    if (failure.code === 422 && this.#refusedAt !== version) {
      this.#refusedAt = version;
      return undefined;
    }
    // A patch of a lease that is gone meanwhile is no missing namespace: the next look creates it.
    if (failure.code !== 404) return this.#refuse(failure);
    return failure.message.includes('namespaces') ? { kind: 'no-namespace' } : undefined;
  }

  #keep(
    record: LeaseRecord,
    { holder, sentAt }: { readonly holder: LockHolder; readonly sentAt: number },
  ): HeldLock {
    const { clock, wallClock, cluster, onNote } = this.#options;
    return keepLock({
      ...{ clock, wallClock, cluster, onNote, holder, record },
      lease: this.#lease,
      durationMs: this.#durationMs,
      acquiredAt: sentAt,
    });
  }

  /** The answer was lost, so the lock may be ours: looking tells. Not without end, when it is always lost. */
  #lookAgainAfter(failure: ApiFailure): AcquireLockResult | undefined {
    this.#lostAnswers += 1;
    return this.#lostAnswers > lostAnswersMax ? this.#refuse(failure) : undefined;
  }

  async #consider(record: LeaseRecord): Promise<AcquireLockResult | undefined> {
    const { holder, request } = record;
    if (holder === undefined || holder.run === this.#options.run) return await this.#take(record);
    const restMs = this.#observer.observe(record);
    this.#first ??= holder;
    if (restMs <= 0) {
      this.#note(
        `${formatHolder(holder)} has not renewed the lock for ${seconds(record.durationMs)}: it is taken over.`,
      );
      return await this.#take(record);
    }
    const wasOvertaken = this.#askedAt !== undefined && request !== undefined && !this.#isOurs(record);
    if (wasOvertaken) return { kind: 'refused', refusal: refuseNewer(this.#options, request.by) };
    if (this.#mayAsk(record)) return await this.#ask(record);
    if (this.#isOutOfTime(record)) return { kind: 'refused', refusal: refuseHeld(this.#options, holder) };
    await this.#wait(record, { holder, restMs });
    return undefined;
  }

  /** Only of the run that was there first: one that came later is newer than this. */
  #mayAsk({ holder }: LeaseRecord): boolean {
    return this.#options.takeOver === true && this.#askedAt === undefined && holder?.run === this.#first?.run;
  }

  async #ask({ uid, resourceVersion, holder }: LeaseRecord): Promise<AcquireLockResult | undefined> {
    const { clock } = this.#options;
    const patch = asking({ how: 'take-over', by: this.#holder() });
    const metadata = { ...patch.metadata, uid, resourceVersion };
    const asked = await this.#cluster.patch(this.#lease, { metadata });
    if (!asked.ok) return this.#explain(asked.failure, resourceVersion);
    this.#askedAt = clock.now();
    if (holder !== undefined) this.#note(`Asked ${formatHolder(holder)} to stop and hand over.`);
    return undefined;
  }

  #isOurs({ request }: LeaseRecord): boolean {
    return request?.by.run === this.#options.run;
  }

  #isOutOfTime({ holder }: LeaseRecord): boolean {
    if (!this.#observer.isAlive) return false;
    const isAsked = this.#askedAt !== undefined && holder?.run === this.#first?.run;
    return (
      this.#options.clock.now() >= (isAsked ? (this.#askedAt ?? 0) + takeOverPatienceMs : this.#deadline())
    );
  }

  #deadline(): number {
    return this.#begunAt + (this.#options.timeoutMs ?? 0);
  }

  async #wait(
    record: LeaseRecord,
    { holder, restMs }: { readonly holder: LockHolder; readonly restMs: number },
  ): Promise<void> {
    const { clock, signal } = this.#options;
    const now = clock.now();
    if (now >= this.#nextMessageAt) {
      this.#nextMessageAt = now + messageEveryMs;
      this.#note(this.#waitingText(holder, record));
    }
    const deadlines = [this.#deadline()].filter((at) => at > now);
    const at = Math.min(now + restMs, this.#nextMessageAt, ...deadlines);
    await this.#pulse.until(clock, at, signal);
  }

  #waitingText(holder: LockHolder, { durationMs }: LeaseRecord): string {
    const { clock, timeoutMs = 0 } = this.#options;
    const waited = clock.now() - this.#begunAt;
    const since = waited < 1_000 ? '' : `, for ${seconds(waited)} so far`;
    const held = `the lock of ${this.#options.deployment}, held by ${formatHolder(holder)}`;
    if (this.#observer.isAlive || timeoutMs > 0)
      return `Waiting for ${held}${since} (at most ${seconds(Math.max(timeoutMs, durationMs))}).`;
    return `Waiting for ${held}${since}: free unless it is renewed within ${seconds(durationMs)}.`;
  }

  #holder(): LockHolder {
    const { run, origin, wallClock } = this.#options;
    return { ...origin, run, since: microTime(wallClock()) };
  }

  #refuse(failure: ApiFailure): AcquireLockResult {
    if (failure.kind === 'aborted') return { kind: 'stopped' };
    return { kind: 'refused', refusal: refuseUnlockable(this.#options, failure) };
  }

  #note(text: string): void {
    this.#options.onNote?.(text);
  }
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}

function withoutNulls(texts: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => (text === null ? [] : [[key, text] as const])),
  );
}
