import type { Clock } from '@flotilla/core';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { ObjectStore, StoreEvent } from '../store/object-store.js';
import { apiVersionOf } from '../store/served-kind.js';
import type { Answer, Sink } from './answer.js';
import { expired, wantsTable, withVersion } from './read-objects.js';
import type { ReadContext } from './read-objects.js';
import type { ResourceRequest } from './resource-request.js';
import { parseSelectors } from './selectors.js';
import type { Predicate } from './selectors.js';
import { Refused } from './status.js';
import { printTable } from './table.js';

const BOOKMARK_MS = 60_000;
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** GET with `watch`: what exists (when asked for), then every change as it happens, one JSON object a line. */
export function answerWatch(
  { store, time, clock }: ReadContext & { readonly clock: Clock },
  request: ResourceRequest,
): Answer {
  return {
    form: 'stream',
    contentType: 'application/json',
    start: (sink) => {
      new WatchStream({ store, time }, request, sink).run(clock);
    },
  };
}

class WatchStream {
  readonly #store: ObjectStore;
  readonly #time: ReadContext['time'];
  readonly #request: ResourceRequest;
  readonly #sink: Sink;
  readonly #selects: Predicate;

  constructor({ store, time }: ReadContext, request: ResourceRequest, sink: Sink) {
    this.#store = store;
    this.#time = time;
    this.#request = request;
    this.#sink = sink;
    const { namespace, name, query } = request;
    const selects = parseSelectors(query);
    this.#selects = (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (name === undefined || object.metadata.name === name) &&
      selects(object);
  }

  run(clock: Clock): void {
    if (!this.#sendPast()) return;
    const { kind } = this.#request;
    const stop = this.#store.subscribe((event) => {
      if (event.kind.plural === kind.plural && event.kind.group === kind.group) this.#sendEvent(event);
    });
    this.#sink.gone.addEventListener('abort', stop, { once: true });
    void this.#sendBookmarks(clock);
  }

  /** What lies behind the place where the client begins; false when that is forgotten. */
  #sendPast(): boolean {
    const { kind, query } = this.#request;
    const from = query.get('resourceVersion') ?? '';
    const wantsInitial = query.get('sendInitialEvents') === 'true';
    if (wantsInitial || from === '' || from === '0') {
      for (const object of this.#store.list(kind)) if (this.#selects(object)) this.#send('ADDED', object);
      if (wantsInitial) this.#sendBookmark({ 'k8s.io/initial-events-end': 'true' });
      return true;
    }
    const revision = Number(from);
    const changes = this.#store.changesSince(kind, revision);
    if (changes === undefined) {
      const { revision: current } = this.#store;
      this.#sendLine('ERROR', expired(revision, current).toStatus());
      this.#sink.end();
      return false;
    }
    for (const event of changes) this.#sendEvent(event);
    return true;
  }

  /** A change may bring an object into the selection or take it out of it. */
  #sendEvent({ type, object, previous }: StoreEvent): void {
    const was = type !== 'ADDED' && previous !== undefined && this.#selects(previous);
    const is = type !== 'DELETED' && this.#selects(object);
    if (!was && !is) return;
    this.#send(is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object);
  }

  #send(type: string, object: KubeObject): void {
    const { kind } = this.#request;
    if (!wantsTable(this.#request)) this.#sendLine(type, withVersion(object, kind));
    else this.#sendLine(type, printTable(kind.kind, [object], { metadata: {}, nowMs: this.#time.nowMs() }));
  }

  #sendBookmark(annotations: JsonObject | undefined): void {
    const { kind } = this.#request;
    this.#sendLine('BOOKMARK', {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: {
        resourceVersion: String(this.#store.revision),
        creationTimestamp: null,
        ...(annotations && { annotations }),
      },
    });
  }

  #sendLine(type: string, object: JsonObject): void {
    this.#sink.write(`${JSON.stringify({ type, object })}\n`);
  }

  async #sendBookmarks(clock: Clock): Promise<void> {
    const { query } = this.#request;
    const { gone } = this.#sink;
    const seconds = Number(query.get('timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS);
    const endMs = clock.now() + (seconds > 0 ? seconds : DEFAULT_TIMEOUT_SECONDS) * 1000;
    const isOver = () => gone.aborted || clock.now() >= endMs;
    while (!isOver()) {
      await clock.until(Math.min(endMs, clock.now() + BOOKMARK_MS), gone);
      if (query.get('allowWatchBookmarks') === 'true') this.#sendBookmark(undefined);
    }
    this.#sink.end();
  }
}

/** What a client may not ask of a watch. */
export function checkWatch({ query }: ResourceRequest): void {
  if (query.get('sendInitialEvents') !== 'true' || query.get('resourceVersionMatch') === 'NotOlderThan')
    return;
  const message =
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  throw new Refused('Invalid', message);
}
