import { keyOf, printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { conditionOf } from '../readiness/readiness.js';
import { digestAnnotationOf } from '../objects/digest.js';
import { secretInputsOf } from '../tasks/apply/secret-inputs.js';

export interface WatchmanOptions {
  /** Values that may stand in Secrets only. */
  readonly secrets: readonly string[];
  readonly onViolation: (message: string) => void;
}

/** Who writes: a flotilla process by its name, somebody else (`outsider`), or the cluster's own controllers. */
export type Writer =
  | { readonly kind: 'run'; readonly name: string; readonly does: string }
  | { readonly kind: 'outsider' }
  | { readonly kind: 'cluster' };

interface KnownJob {
  readonly digest: string;
  state: 'running' | 'succeeded' | 'failed';
  /** A flotilla process asked for its end, rather than anybody else. */
  deletedByRun: boolean;
}

/** Looks at every write as it happens, and says what must never be: doubled jobs, changes of mind, secrets in the open. */
export class Watchman {
  readonly #options: WatchmanOptions;
  readonly #hidden: readonly string[];
  readonly #jobs = new Map<string, KnownJob>();
  readonly #written = new Map<string, string>();

  constructor(options: WatchmanOptions) {
    this.#options = options;
    const encoded = options.secrets.map((secret) => Buffer.from(secret).toString('base64'));
    this.#hidden = [...options.secrets, ...encoded];
  }

  see(event: StoreEvent, writer: Writer): void {
    if (event.kind.kind === 'Job') this.#seeJob(event, writer);
    if (event.object.kind !== 'Secret')
      this.checkSecrets(event.object, printReference(referenceOf(event.object)));
    if (writer.kind === 'run' && event.type !== 'DELETED') this.#seeWrite(event.object, writer.name);
  }

  /** A run that changes its mind by right: what it asked for before does not bind it. */
  forget(run: string): void {
    for (const key of this.#written.keys()) if (key.startsWith(`${run} `)) this.#written.delete(key);
  }

  /** No planted value may stand in what anybody can read. */
  checkSecrets(value: unknown, where: string): void {
    const text = JSON.stringify(value);
    const found = this.#hidden.find((secret) => text.includes(secret));
    if (found !== undefined) this.#options.onViolation(`a Secret's value stands in ${where}`);
  }

  /** One run knows what it wants of an object: it never asks for one thing and then for another. */
  #seeWrite(object: KubeObject, writer: string): void {
    const digest = digestAnnotationOf(object);
    // A deletion marks what somebody wrote before.
    if (digest === undefined || object.metadata.deletionTimestamp !== undefined) return;
    const key = `${writer} ${keyOf(referenceOf(object))}`;
    const before = this.#written.get(key);
    this.#written.set(key, digest);
    if (before === undefined || before === digest) return;
    const subject = printReference(referenceOf(object));
    this.#options.onViolation(`${writer} wrote ${subject} twice with different content`);
  }

  #seeJob({ type, object }: StoreEvent, writer: Writer): void {
    const key = keyOf(referenceOf(object));
    const digest = `${digestAnnotationOf(object) ?? ''} ${secretInputsOf(object) ?? ''}`;
    const known = this.#jobs.get(key);
    if (type === 'ADDED') {
      const isDoubled =
        known !== undefined && known.digest === digest && known.state !== 'failed' && known.deletedByRun;
      if (isDoubled) {
        const subject = printReference(referenceOf(object));
        this.#options.onViolation(`${subject} was ${known.state} and ran twice under one identity`);
      }
      this.#jobs.set(key, { digest, state: 'running', deletedByRun: false });
      return;
    }
    if (known === undefined) return;
    if (conditionOf(object, 'Complete')?.status === 'True') known.state = 'succeeded';
    if (conditionOf(object, 'Failed')?.status === 'True') known.state = 'failed';
    const isLeaving = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined;
    if (isLeaving && writer.kind === 'run') known.deletedByRun = true;
  }
}
