import type { KubeObject } from '../../cluster/kube-object.js';
import type { ReadinessRule } from '../../readiness/readiness.js';
import type { AppliedObject } from '../apply/applied-object.js';
import { aborted, createAlarm, createBell, ringOnAbort, type Alarm } from './bell.js';
import { createNews } from './news.js';
import { ObservedObject } from './observed-object.js';
import type { RunContext } from '../run-context.js';
import type { Failing, Sight } from './sight.js';

export type ObservationEnd =
  { readonly kind: 'current' } | { readonly kind: 'aborted' } | ({ readonly kind: 'failed' } & Failing);

/** Looks at the applied objects of one task on the run's shared watches until told to stop. */
export interface Observation {
  /** Resolves when every object is current, when one has definitely failed, or when `signal` aborts. */
  untilCurrent(signal: AbortSignal, onLook?: (pending: readonly Sight[]) => void): Promise<ObservationEnd>;
  /** One look with all that the watches know; undefined when every object is current. */
  lookOnce(): Promise<Sight | undefined>;
  /** Resolves true once every object is current whatever failed meanwhile, false when `signal` aborts. */
  untilHealed(signal: AbortSignal): Promise<boolean>;
  /** All pods of its objects that are known now, whatever has become of them. */
  pods(): readonly KubeObject[];
  /** What is not current now, and the most telling reason for it. */
  worst(): Sight | undefined;
  stop(): void;
}

export function observe(
  task: { readonly objects: readonly AppliedObject[]; readonly judge: ReadinessRule },
  context: RunContext,
): Observation {
  return new WatchObservation(task.objects, task.judge, context);
}

class WatchObservation implements Observation {
  readonly #objects: readonly ObservedObject[];
  readonly #bell = createBell();
  readonly #news = createNews<ObservedObject>(this.#bell);
  readonly #alarm: Alarm;
  /** What was not current at the last look; each look goes only to what there is news of. */
  readonly #pending = new Map<ObservedObject, Sight>();
  #started: Promise<void> | undefined;
  #isWatching = false;

  constructor(objects: readonly AppliedObject[], judge: ReadinessRule, context: RunContext) {
    this.#objects = objects.map((object) => new ObservedObject(object, { judge, context, news: this.#news }));
    this.#alarm = createAlarm(this.#bell, context.clock);
    for (const object of this.#objects) this.#news.tell(object);
  }

  async untilCurrent(
    signal: AbortSignal,
    onLook?: (pending: readonly Sight[]) => void,
  ): Promise<ObservationEnd> {
    const stop = ringOnAbort(signal, this.#bell);
    try {
      for (;;) {
        await this.#start(signal);
        this.#bell.reset();
        if (signal.aborted) return { kind: 'aborted' };
        const pending = this.#look();
        if (pending.size === 0) return { kind: 'current' };
        onLook?.([...pending.values()]);
        const failing = await this.#failing(pending);
        if (failing !== undefined) return { kind: 'failed', ...failing };
        this.#alarm.set(this.#nextDueMs());
        await this.#bell.rung();
      }
    } finally {
      this.#alarm.set(undefined);
      stop();
    }
  }

  async lookOnce(): Promise<Sight | undefined> {
    await this.#start(new AbortController().signal);
    await Promise.all(this.#objects.map((object) => object.known()));
    return this.worst();
  }

  async untilHealed(signal: AbortSignal): Promise<boolean> {
    const stop = ringOnAbort(signal, this.#bell);
    try {
      await this.#start(signal);
      for (;;) {
        this.#bell.reset();
        if (signal.aborted) return false;
        if (this.#look().size === 0) return true;
        await this.#bell.rung();
      }
    } finally {
      stop();
    }
  }

  pods(): readonly KubeObject[] {
    return this.#objects.flatMap((object) => object.pods());
  }

  worst(): Sight | undefined {
    const found = [...this.#look().values()];
    return found.find((sight) => sight.symptom !== undefined) ?? found[0];
  }

  stop(): void {
    this.#news.stop();
  }

  async #start(signal: AbortSignal): Promise<void> {
    if (this.#isWatching) return;
    this.#started ??= Promise.all(this.#objects.map((object) => object.start())).then(() => {
      this.#isWatching = true;
    });
    await Promise.race([this.#started, aborted(signal)]);
  }

  /** Takes in the news since the last look; the objects that are not current. */
  #look(): ReadonlyMap<ObservedObject, Sight> {
    // For the unspoken time passes without any news; telling of them as news would ring the bell at every look, for ever.
    const unspoken = [...this.#pending.keys()].filter((object) => object.isUnspoken);
    for (const object of new Set([...unspoken, ...this.#news.take()])) {
      const sight = object.look();
      if (sight === undefined) this.#pending.delete(object);
      else this.#pending.set(object, sight);
    }
    return this.#pending;
  }

  async #failing(pending: ReadonlyMap<ObservedObject, Sight>): Promise<Failing | undefined> {
    for (const [object, sight] of pending) {
      // Hundreds are asked at every event of one of them: only those are waited for that have something to say.
      if (!object.isDue()) continue;
      const failing = await object.failing(sight);
      if (failing !== undefined) return failing;
    }
    return undefined;
  }

  #nextDueMs(): number {
    let nextMs = Infinity;
    for (const object of this.#pending.keys()) nextMs = Math.min(nextMs, object.nextDueMs());
    return nextMs;
  }
}
