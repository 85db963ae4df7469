import type { Clock } from '@flotilla/core';
import type { ApiFailure } from '../api-failure.js';
import { backoffMs } from '../transport/backoff.js';
import type { Resource, SharedWatch, WatchEvent } from '../cluster.js';
import type { KubeObject } from '../kube-object.js';
import { linkAbort } from '../transport/linked-abort.js';
import { listObjects } from '../list-objects.js';
import { collectionPath } from '../resource-path.js';
import type { Transport } from '../transport/transport.js';
import { decodeWatchLine } from './watch-line.js';
import type { WatchLine } from './watch-line.js';
import { WatchedObjects } from './watched-objects.js';

/** What has been learnt of a server; shared by all its watches. */
export interface ServerTraits {
  /** A watch may begin with the objects that exist (`sendInitialEvents`), so that no LIST is needed. */
  watchList: boolean;
}

export interface ResourceWatchOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly traits: ServerTraits;
}

const BACKOFF = { firstMs: 500, longestMs: 30_000 };
/** A kind that is not served (its CRD was removed) may come back any moment, and to ask costs little. */
const ABSENT_BACKOFF = { firstMs: 500, longestMs: 5_000 };
/** A stream that lived this long was a good one: the next begins at once. */
const GOOD_STREAM_MS = 5_000;
/** Servers send a bookmark about once a minute, so a longer silence is a dead connection. */
const SILENCE_MS = 75_000;
const INITIAL_EVENTS_MS = 10_000;
/** Streams that broke, one after the other, before they had told the first objects; then a LIST tells them. */
const BROKEN_BEGINNINGS = 2;
const STREAM_MS = { least: 120_000, spread: 60_000, grace: 15_000 };
const POLL_MS = { least: 3_000, spread: 2_000 };

/** How one session with the server ended. */
type SessionEnd =
  | { readonly kind: 'ended'; readonly livedMs: number }
  | { readonly kind: 'failed'; readonly failure: ApiFailure }
  | { readonly kind: 'polled' }
  /** The next session goes another way. */
  | { readonly kind: 'switched' };

/**
 * The watch of one kind in one namespace. Nothing ends it but `close`: whatever the server or the network does, it
 * comes back, with backoff, from where it was (client-node.md §6).
 */
export class ResourceWatch implements SharedWatch {
  readonly synced: Promise<void>;
  readonly #options: ResourceWatchOptions;
  readonly #path: string;
  readonly #objects: WatchedObjects;
  readonly #closing = new AbortController();
  /** Where the next stream resumes; undefined when all must be told anew. */
  #resourceVersion: string | undefined;
  #polls: boolean;
  /** Streams in a row that broke before all first objects were told: a middlebox may let no other kind through. */
  #brokenBeginnings = 0;
  #trouble: ApiFailure | undefined;
  readonly #troubleListeners = new Set<() => void>();

  constructor(options: ResourceWatchOptions) {
    const { resource, namespace } = options;
    this.#options = options;
    this.#path = collectionPath(resource, namespace);
    this.#objects = new WatchedObjects(resource.namespaced && namespace === undefined);
    this.synced = this.#objects.synced;
    this.#polls = !resource.verbs.includes('watch');
    void this.#run();
  }

  get(name: string): KubeObject | undefined {
    return this.#objects.get(name);
  }

  list(): readonly KubeObject[] {
    return this.#objects.list();
  }

  ownedBy(uid: string): readonly KubeObject[] {
    return this.#objects.ownedBy(uid);
  }

  trouble(): ApiFailure | undefined {
    return this.#trouble;
  }

  onTrouble(listener: () => void): () => void {
    // One entry a subscription, even when the same function subscribes twice.
    const entry = () => {
      listener();
    };
    this.#troubleListeners.add(entry);
    return () => this.#troubleListeners.delete(entry);
  }

  subscribe(listener: (event: WatchEvent) => void): () => void {
    return this.#objects.subscribe(listener);
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      const end = await this.#session();
      this.#setTrouble(end.kind === 'failed' ? end.failure : undefined);
      failures = failuresAfter(end, failures);
      const waitMs = this.#waitAfter(end, failures);
      if (waitMs > 0) await clock.until(clock.now() + waitMs, this.#closing.signal);
    }
  }

  #setTrouble(failure: ApiFailure | undefined): void {
    const changes = (failure === undefined) !== (this.#trouble === undefined);
    this.#trouble = failure;
    if (changes) for (const listener of [...this.#troubleListeners]) listener();
  }

  #waitAfter(end: SessionEnd, failures: number): number {
    const { random } = this.#options;
    if (end.kind === 'polled') return POLL_MS.least + random() * POLL_MS.spread;
    if (end.kind === 'switched' || failures === 0) return 0;
    const refusal = end.kind === 'failed' && end.failure.kind === 'status' ? end.failure : undefined;
    const backoff = refusal?.code === 404 ? ABSENT_BACKOFF : BACKOFF;
    return Math.max((refusal?.retryAfterSeconds ?? 0) * 1000, backoffMs(backoff, failures, random()));
  }

  #session(): Promise<SessionEnd> {
    if (this.#polls) return this.#poll();
    if (this.#resourceVersion !== undefined) return this.#stream(this.#resourceVersion);
    if (!this.#options.traits.watchList || this.#brokenBeginnings >= BROKEN_BEGINNINGS)
      return this.#listAndStream();
    // Until the end of the first objects says otherwise.
    this.#brokenBeginnings += 1;
    return this.#stream(undefined);
  }

  async #poll(): Promise<SessionEnd> {
    const failure = await this.#relist();
    this.#resourceVersion = undefined;
    return failure === undefined ? { kind: 'polled' } : { kind: 'failed', failure };
  }

  async #listAndStream(): Promise<SessionEnd> {
    const failure = await this.#relist();
    return failure === undefined ? { kind: 'switched' } : this.#failed(failure);
  }

  async #relist(): Promise<ApiFailure | undefined> {
    const { transport, resource } = this.#options;
    const listed = await listObjects(transport, resource, { path: this.#path, signal: this.#closing.signal });
    if (!listed.ok) return listed.failure;
    this.#setTrouble(undefined);
    this.#objects.beginRetelling();
    for (const object of listed.value.objects) this.#objects.change(object);
    this.#objects.endRetelling();
    this.#resourceVersion = listed.value.resourceVersion;
    return undefined;
  }

  /** Streams from a version, or all objects first when there is none. */
  async #stream(from: string | undefined): Promise<SessionEnd> {
    const { transport, clock, random } = this.#options;
    const limitMs = STREAM_MS.least + Math.floor(random() * STREAM_MS.spread);
    const link = linkAbort([this.#closing.signal]);
    const opened = await transport.lines({
      method: 'GET',
      path: this.#path,
      query: watchQuery(from, limitMs),
      signal: link.signal,
    });
    if (!opened.ok) {
      link.release();
      return this.#refused(opened.failure, from);
    }
    this.#setTrouble(undefined);
    const stream: StreamState = {
      isInitial: from === undefined,
      openedAtMs: clock.now(),
      heardAtMs: clock.now(),
    };
    if (stream.isInitial) this.#objects.beginRetelling();
    const watchdog = this.#guard(stream, limitMs + STREAM_MS.grace, link.abort);
    const failure = await this.#follow(opened.value, stream);
    watchdog.abort();
    link.release();
    return failure === undefined
      ? { kind: 'ended', livedMs: clock.now() - stream.openedAtMs }
      : this.#failed(failure);
  }

  /** Takes in a stream's events until it ends; undefined when nothing was wrong with them. */
  async #follow(lines: AsyncIterable<string>, stream: StreamState): Promise<ApiFailure | undefined> {
    for await (const text of lines) {
      stream.heardAtMs = this.#options.clock.now();
      const line = decodeWatchLine(text);
      if (line.type === 'malformed') return { kind: 'unreachable', message: 'the watch stream was cut off' };
      if (line.type === 'error') return line.failure;
      this.#take(line, stream);
    }
    return undefined;
  }

  #take(line: Exclude<WatchLine, { type: 'malformed' | 'error' }>, stream: StreamState): void {
    if (line.type === 'changed') this.#objects.change(line.object);
    if (line.type === 'deleted') this.#objects.remove(line.object);
    if (line.type === 'bookmark' && line.endsInitialEvents && stream.isInitial) {
      stream.isInitial = false;
      this.#brokenBeginnings = 0;
      this.#objects.endRetelling();
    }
    // The first objects come in any order: their versions say nothing about what has been told.
    if (!stream.isInitial) this.#resourceVersion = line.resourceVersion;
  }

  /** Breaks a stream that is silent, that outlives its limit, or that never finishes its first objects. */
  #guard(stream: StreamState, limitMs: number, breakStream: () => void): AbortController {
    const { clock, traits } = this.#options;
    const stopped = new AbortController();
    const watch = async () => {
      for (;;) {
        const initialEndsAtMs = stream.openedAtMs + INITIAL_EVENTS_MS;
        const atMs = stream.isInitial
          ? initialEndsAtMs
          : Math.min(stream.heardAtMs + SILENCE_MS, stream.openedAtMs + limitMs);
        if (clock.now() >= atMs) break;
        await clock.until(atMs, stopped.signal);
        if (stopped.signal.aborted) return;
      }
      if (stream.isInitial) traits.watchList = false;
      breakStream();
    };
    void watch();
    return stopped;
  }

  #refused(failure: ApiFailure, from: string | undefined): SessionEnd {
    const code = failure.kind === 'status' ? failure.code : undefined;
    if (from === undefined && (code === 422 || code === 400)) {
      this.#options.traits.watchList = false;
      return { kind: 'switched' };
    }
    if (code === 403 || code === 405) {
      this.#polls = true;
      return { kind: 'switched' };
    }
    return this.#failed(failure);
  }

  #failed(failure: ApiFailure): SessionEnd {
    const code = failure.kind === 'status' ? failure.code : undefined;
    // Gone: the version is too old. Not found: so is the kind, and its objects with it (a CRD was removed).
    if (code === 410 || code === 404) this.#resourceVersion = undefined;
    if (code === 404) {
      this.#brokenBeginnings = 0;
      this.#objects.beginRetelling();
      this.#objects.endRetelling();
    }
    return { kind: 'failed', failure };
  }
}

/** A LIST that works does not make up for watches that fail: only a stream that lived ends a row of failures. */
function failuresAfter(end: SessionEnd, failures: number): number {
  switch (end.kind) {
    case 'polled':
      return 0;
    case 'switched':
      return failures;
    case 'ended':
      return end.livedMs > GOOD_STREAM_MS ? 0 : failures + 1;
    case 'failed':
      return failures + 1;
  }
}

interface StreamState {
  /** The objects that exist are still being told. */
  isInitial: boolean;
  readonly openedAtMs: number;
  heardAtMs: number;
}

function watchQuery(from: string | undefined, limitMs: number): Readonly<Record<string, string>> {
  return {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.floor(limitMs / 1000)),
    ...(from === undefined
      ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: from }),
  };
}
