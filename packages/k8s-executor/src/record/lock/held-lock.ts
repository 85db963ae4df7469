import type { CancelReason, Clock, ObjectReference } from '@flotilla/core';
import type { ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { JsonObject } from '../../cluster/json.js';
import type { WritePermit } from '../../cluster/transport/transport.js';
import { LeasePermit } from './lease-permit.js';
import { heldBy, microTime, readLease } from './lease-record.js';
import type { LeaseRecord, LockHolder, LockRequest } from './lease-record.js';
import { within } from './within.js';

/** A lock that this process holds, and with it the right to write. */
export interface HeldLock {
  readonly holder: LockHolder;
  /** Aborts with a CancelReason when the run has to stop: the lock is lost, or asked for by somebody who may. */
  readonly ended: AbortSignal;
  /**
   * The right to write. Waits while the lease could not be renewed; undefined once the lock is lost or released, or
   * when `signal` aborts first.
   */
  permit(signal?: AbortSignal): Promise<WritePermit | undefined>;
  /** Lets it go, to whoever asked for it, if somebody did. Never fails: a lock that cannot be released expires. */
  release(): Promise<void>;
}

export interface KeepLockOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  readonly lease: ObjectReference;
  readonly holder: LockHolder;
  readonly durationMs: number;
  /** The lease as it was stored when the lock was acquired. */
  readonly record: LeaseRecord;
  /** On the clock: when that write was sent. Others count the lease's time from later than this. */
  readonly acquiredAt: number;
  /** Told what people should know: that nothing can be written for now, or that the lock is lost. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Keeps the lease renewed until it is released or lost. All times are measured on this process's own clock. */
export function keepLock(options: KeepLockOptions): HeldLock {
  return new RenewedLock(options);
}

type Renewal = 'renewed' | 'changed' | 'unanswered' | 'lost';

class RenewedLock implements HeldLock {
  readonly holder: LockHolder;
  readonly #options: KeepLockOptions;
  readonly #ended = new AbortController();
  /** Aborts when nothing is renewed any more: released or lost. */
  readonly #stopped = new AbortController();
  readonly #keeping: Promise<void>;
  #changed = new AbortController();
  #permit: LeasePermit;
  #version: string;
  #renewTime: Date;
  #renewedAt: number;
  #request: LockRequest | undefined;
  /** What the last renewal was answered that did not succeed. */
  #trouble: string | undefined;

  constructor(options: KeepLockOptions) {
    this.#options = options;
    this.holder = options.holder;
    this.#version = options.record.resourceVersion;
    this.#renewTime = new Date(options.holder.since);
    this.#renewedAt = options.acquiredAt;
    this.#permit = this.#newPermit();
    this.#keeping = this.#keepRenewed();
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async permit(signal?: AbortSignal): Promise<WritePermit | undefined> {
    while (!this.#stopped.signal.aborted && signal?.aborted !== true) {
      if (this.#permit.holds()) return this.#permit;
      const woken = [this.#changed.signal, this.#stopped.signal, ...(signal === undefined ? [] : [signal])];
      await this.#options.clock.until(Infinity, AbortSignal.any(woken));
    }
    return undefined;
  }

  async release(): Promise<void> {
    const isLost = this.#stopped.signal.aborted;
    this.#stopped.abort();
    await this.#keeping;
    this.#permit.end();
    if (isLost || (await this.#letGoOfLatest())) return;
    const { durationMs } = this.#options;
    this.#note(`The lock could not be released; it expires within ${printSeconds(durationMs)}.`);
  }

  /** The version may have changed since it was last seen, and only then does it take a second try. */
  async #letGoOfLatest(): Promise<boolean> {
    return (await this.#letGo()) || ((await this.#look()) === 'changed' && (await this.#letGo()));
  }

  /** True when nothing more is to be done. */
  async #letGo(): Promise<boolean> {
    const { cluster, lease, record, durationMs } = this.#options;
    const precondition = { uid: record.uid, resourceVersion: this.#version };
    const request = this.#request;
    const result = await this.#soon<unknown>((permit) =>
      request?.how === 'take-over'
        ? cluster.patch(lease, preconditioned(heldBy(request.by, durationMs), precondition), {
            urgent: true,
            permit,
          })
        : cluster.delete(lease, { ...precondition, urgent: true, permit }),
    );
    return result.ok || isGone(result);
  }

  async #keepRenewed(): Promise<void> {
    const { clock, durationMs } = this.#options;
    let nextAt = this.#renewedAt + durationMs / 5;
    for (;;) {
      await clock.until(nextAt, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      const sentAt = clock.now();
      switch (await this.#renew()) {
        case 'renewed':
          this.#extend(sentAt);
          nextAt = sentAt + durationMs / 5;
          break;
        case 'changed':
          nextAt = clock.now();
          break;
        case 'unanswered':
          // Nobody else can take the lock while nobody reaches the API server, so it is worth some patience.
          if (clock.now() - this.#renewedAt >= durationMs * 4) {
            this.#lose(`it could not be renewed for ${printSeconds(clock.now() - this.#renewedAt)}`);
            // The last renewal may have been stored and only its answer lost: others would wait for it to expire.
            await this.#letGoOfLatest();
            return;
          }
          nextAt = clock.now() + durationMs / 15;
          break;
        case 'lost':
          return;
      }
    }
  }

  async #renew(): Promise<Renewal> {
    const { cluster, lease, record, wallClock } = this.#options;
    // Others know a renewal by its being different, so it is, also when the clock of this machine stands or is set back.
    const renewTime = new Date(Math.max(wallClock().getTime(), this.#renewTime.getTime() + 1));
    const patch = preconditioned(
      { spec: { renewTime: microTime(renewTime) } },
      { uid: record.uid, resourceVersion: this.#version },
    );
    const result = await this.#soon((permit) => cluster.patch(lease, patch, { urgent: true, permit }));
    if (result.ok) {
      this.#renewTime = renewTime;
      this.#trouble = undefined;
      this.#accept(readLease(result.value));
      return 'renewed';
    }
    if (result.failure.kind !== 'aborted') this.#trouble = result.failure.message;
    if (result.failure.kind === 'status' && [404, 409, 422].includes(result.failure.code)) {
      const version = this.#version;
      const seen = await this.#look();
      // It is what it was: not another's change, but a policy has refused it.
      return seen === 'changed' && this.#version === version ? 'unanswered' : seen;
    }
    // Once nothing may be written any more there is time to see whether somebody else has it.
    const isLost = !this.#permit.holds() && (await this.#look()) === 'lost';
    return isLost ? 'lost' : 'unanswered';
  }

  /** Whether the lease is still ours, which a renewal that was refused does not tell. */
  async #look(): Promise<Renewal> {
    const { cluster, lease, record, holder } = this.#options;
    const found = await this.#soon((permit) => cluster.get(lease, permit.ended));
    if (!found.ok) return 'unanswered';
    const now = found.value === undefined ? undefined : readLease(found.value);
    if (now?.holder?.run === holder.run && now.uid === record.uid) {
      this.#accept(now);
      return 'changed';
    }
    this.#lose(now?.holder === undefined ? 'its lease was deleted' : `${now.holder.who} has taken it over`);
    return 'lost';
  }

  #accept(record: LeaseRecord): void {
    this.#version = record.resourceVersion;
    this.#request = record.request;
    if (record.request === undefined || this.#ended.signal.aborted) return;
    const { how, by } = record.request;
    this.#note(how === 'unlock' ? `${by.who} breaks the lock of this run.` : `${by.who} takes over.`);
    this.#end(how === 'unlock' ? 'lock-lost' : 'superseded');
  }

  #extend(sentAt: number): void {
    this.#renewedAt = sentAt;
    if (this.#permit.extend(this.#writesUntil())) return;
    this.#permit = this.#newPermit();
    const woken = this.#changed;
    this.#changed = new AbortController();
    woken.abort();
  }

  #newPermit(): LeasePermit {
    const { clock, onNote } = this.#options;
    const onLapse = () => {
      const why = this.#trouble === undefined ? '' : ` (${this.#trouble})`;
      if (!this.#stopped.signal.aborted)
        onNote?.(`The lock could not be renewed${why}: nothing is written until it is.`);
    };
    return new LeasePermit({ clock, untilMs: this.#writesUntil(), onLapse });
  }

  /** A fifth of the lease's time is kept for what is on its way to the server when the right to write ends. */
  #writesUntil(): number {
    return this.#renewedAt + (this.#options.durationMs * 4) / 5;
  }

  #lose(why: string): void {
    this.#stopped.abort();
    this.#permit.end();
    this.#note(`The lock is lost: ${why}. Nothing more is written.`);
    this.#end('lock-lost');
  }

  #end(reason: CancelReason): void {
    if (!this.#ended.signal.aborted) this.#ended.abort(reason);
  }

  #note(text: string): void {
    this.#options.onNote?.(text);
  }

  #soon<Value>(ask: (permit: WritePermit) => Promise<ApiResult<Value>>): Promise<ApiResult<Value>> {
    const { clock, durationMs } = this.#options;
    return within({ clock, limitMs: durationMs / 3 }, ask);
  }
}

function preconditioned(patch: JsonObject, precondition: JsonObject): JsonObject {
  const metadata = patch['metadata'] as JsonObject | undefined;
  return { ...patch, metadata: { ...metadata, ...precondition } };
}

/** Nobody's any more, or somebody else's: there is nothing to let go. */
function isGone(result: ApiResult<unknown>): boolean {
  return !result.ok && result.failure.kind === 'status' && result.failure.code === 404;
}

function printSeconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}
