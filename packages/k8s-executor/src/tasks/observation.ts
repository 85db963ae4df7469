import type { KubeObject } from '../cluster/kube-object.js';
import type { Resource, SharedWatch } from '../cluster/cluster.js';
import { creatingKey } from '../failure/configuration-trouble.js';
import { findMountTrouble, findPodRefusal } from '../failure/help-announced.js';
import { noPodsKey, objectSymptoms } from '../failure/object-symptoms.js';
import { printState } from '../failure/print-state.js';
import { lookAgain } from '../failure/second-look.js';
import type { Symptom } from '../failure/symptom.js';
import { createSymptomTracker } from '../failure/symptom-tracker.js';
import type { SymptomTracker } from '../failure/symptom-tracker.js';
import { formerPodsOf, newestReplicaSet, podsOf, runsPods } from '../failure/workload-pods.js';
import type { Readiness, ReadinessRule } from '../readiness/readiness.js';
import { aborted, createAlarm, createBell, ringOnAbort } from './bell.js';
import type { Alarm } from './bell.js';
import type { AppliedObject } from './applied-object.js';
import { waitsForConsumer } from './claim-binding.js';
import { createDepartedPods } from './departed-pods.js';
import { awaitsStatus, hasStatus, mayGetStatus, silentControllerMs } from './first-status.js';
import { deletedByOthers, supersededByOthers } from './interference.js';
import { createNews } from './news.js';
import type { RunContext } from './run-context.js';
import { createSyncedWatches } from './synced-watches.js';
import type { Watched } from './synced-watches.js';
import { withoutDeletion } from './without-deletion.js';
import { asLastSeen, syncedOrTroubled, unseen } from './watch-trouble.js';

/** An object that is not current yet, as it is seen at one moment. */
export interface Sight {
  readonly object: KubeObject;
  readonly readiness: Readiness;
  /** Of the newest revision. */
  readonly pods: readonly KubeObject[];
  readonly replicaSet?: KubeObject | undefined;
  /** What most speaks against it, be it that its grace time has not passed yet. */
  readonly symptom?: Symptom | undefined;
  /** Why its verdict was put off though its grace time has passed. */
  readonly hope?: string | undefined;
  /** The generation that this run has applied. */
  readonly generation: number;
}

export interface Failing {
  readonly sight: Sight;
  readonly symptom: Symptom;
}

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
  readonly #objects: readonly AppliedObject[];
  readonly #judge: ReadinessRule;
  readonly #context: RunContext;
  readonly #bell = createBell();
  readonly #news = createNews(this.#bell);
  readonly #alarm: Alarm;
  /** What was not current at the last look; each look goes only to what there is news of. */
  readonly #pending = new Map<AppliedObject, Sight>();
  readonly #watched = new Map<AppliedObject, Watched>();
  readonly #trackers = new Map<AppliedObject, SymptomTracker>();
  /** Objects whose own uid has been seen on a watch: from then on their absence means something. */
  readonly #seen = new Set<AppliedObject>();
  /** Watches that have told what there is. */
  readonly #synced = createSyncedWatches();
  /** How objects were when they were deleted: a job may be removed as soon as it is done. */
  readonly #last = new Map<AppliedObject, KubeObject>();
  /** How pods of jobs ended that are gone. */
  readonly #departed = createDepartedPods();
  /** Why pods are not created, as events told. */
  readonly #refusals = new Map<AppliedObject, string>();
  /** Why volumes are not mounted, by the uid of the pod, as events told. */
  readonly #mounts = new Map<string, string>();
  /** Why a verdict was put off, and for which symptom. */
  readonly #hopes = new Map<AppliedObject, { readonly key: string; readonly because: string }>();
  /** Claims that are bound only when a pod uses them. */
  readonly #patientClaims = new Set<AppliedObject>();
  /** Custom resources of which no controller has spoken yet, and until when one may. */
  readonly #unspoken = new Map<AppliedObject, number>();
  #started: Promise<void> | undefined;
  #isWatching = false;

  constructor(objects: readonly AppliedObject[], judge: ReadinessRule, context: RunContext) {
    this.#objects = objects;
    this.#judge = judge;
    this.#context = context;
    this.#alarm = createAlarm(this.#bell, context.clock);
    for (const object of objects) this.#news.tell(object);
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
    const watches = [...this.#watched.values()].flatMap(({ watch, pods, replicaSets }) => [
      watch,
      ...(pods === undefined ? [] : [pods]),
      ...(replicaSets === undefined ? [] : [replicaSets]),
    ]);
    await Promise.all(watches.map(syncedOrTroubled));
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
    return this.#objects.flatMap((object) => {
      const watched = this.#watched.get(object);
      return podsOf(this.#liveState(object, watched), watched?.pods, watched?.replicaSets);
    });
  }

  worst(): Sight | undefined {
    const found = [...this.#look().values()];
    return found.find((sight) => sight.symptom !== undefined) ?? found[0];
  }

  stop(): void {
    this.#news.stop();
  }

  /** Objects that are current as they were applied need no watch at all. */
  async #start(signal: AbortSignal): Promise<void> {
    if (this.#isWatching) return;
    this.#started ??= this.#watchPending().then(() => {
      this.#isWatching = true;
    });
    await Promise.race([this.#started, aborted(signal)]);
  }

  async #watchPending(): Promise<void> {
    await Promise.all(this.#objects.map((object) => this.#expectStatus(object)));
    const pending = this.#objects.filter(
      (object) => this.#unspoken.has(object) || this.#judge(object.applied).status !== 'current',
    );
    await Promise.all(pending.map((object) => this.#watchObject(object)));
    await Promise.all([...this.#watched.values()].map(({ watch }) => syncedOrTroubled(watch)));
  }

  async #expectStatus(object: AppliedObject): Promise<void> {
    if (!object.changed || this.#judge(object.applied).assumed !== true) return;
    if (await mayGetStatus(object.applied, this.#context.cluster))
      this.#unspoken.set(object, this.#context.clock.now() + silentControllerMs);
  }

  async #watchObject(object: AppliedObject): Promise<void> {
    const { cluster } = this.#context;
    if (await waitsForConsumer(object.applied, cluster)) {
      this.#patientClaims.add(object);
      return;
    }
    const { apiVersion, kind, metadata } = object.applied;
    const resource = await this.#resource(apiVersion, kind);
    if (resource === undefined) return;
    const watch = cluster.watch(resource, metadata.namespace);
    this.#synced.await(watch);
    this.#news.ofObject(object, watch, (event) => {
      if (event.type === 'synced') this.#synced.add(watch);
      else if (event.type === 'deleted' && event.object.metadata.uid === metadata.uid)
        this.#last.set(object, event.object);
    });
    this.#watched.set(object, { watch, ...(await this.#watchPods(object)) });
    this.#news.tell(object);
  }

  async #watchPods(object: AppliedObject): Promise<Omit<Watched, 'watch'>> {
    const { kind, metadata } = object.applied;
    if (!runsPods(object.applied)) return {};
    const { cluster } = this.#context;
    const [podKind, replicaSetKind] = await Promise.all([
      this.#resource('v1', 'Pod'),
      kind === 'Deployment' ? this.#resource('apps/v1', 'ReplicaSet') : undefined,
    ]);
    const pods = podKind && cluster.watch(podKind, metadata.namespace);
    const replicaSets = replicaSetKind && cluster.watch(replicaSetKind, metadata.namespace);
    for (const watch of [pods, replicaSets]) if (watch !== undefined) this.#listenToOwned(object, watch);
    return { ...(pods && { pods }), ...(replicaSets && { replicaSets }) };
  }

  #listenToOwned(object: AppliedObject, watch: SharedWatch): void {
    this.#synced.await(watch, () => {
      this.#news.tell(object);
    });
    this.#news.ofOwned(object, watch, (event) => {
      if (event.type === 'synced') this.#synced.add(watch);
      else if (object.applied.kind === 'Job') this.#departed.hear(event);
    });
  }

  async #resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = await this.#context.cluster.resource(apiVersion, kind);
    return found.ok ? found.value : undefined;
  }

  /** Takes in the news since the last look; the objects that are not current. */
  #look(): ReadonlyMap<AppliedObject, Sight> {
    // For the unspoken time passes without any news; telling of them as news would ring the bell at every look, for ever.
    for (const object of new Set([...this.#unspoken.keys(), ...this.#news.take()])) {
      const sight = this.#sight(object);
      if (sight === undefined) {
        // It has healed: an old symptom must neither wake us for ever nor count when it comes back.
        this.#trackers.delete(object);
        this.#pending.delete(object);
      } else this.#pending.set(object, this.#isKnown(object) ? this.#diagnose(object, sight) : sight);
    }
    return this.#pending;
  }

  #diagnose(object: AppliedObject, sight: Sight): Sight {
    const { clock, grace } = this.#context;
    const tracker = this.#trackers.get(object) ?? createSymptomTracker();
    this.#trackers.set(object, tracker);
    if (sight.pods.length > 0) this.#refusals.delete(object);
    const refusal = this.#refusals.get(object);
    const glimpse = { ...sight, applied: object.applied, refusal, mounts: this.#mounts };
    const symptoms = objectSymptoms(glimpse, grace);
    tracker.observe([...symptoms, ...this.#interference(object, sight)], clock.now());
    const symptom = tracker.strongest();
    const hope = this.#hopes.get(object);
    return {
      ...sight,
      readiness: this.#explain(object, { ...sight, symptom }),
      symptom,
      hope: hope?.key === symptom?.key ? hope?.because : undefined,
    };
  }

  /** The state in the words that help where something speaks against it. */
  #explain(object: AppliedObject, sight: Sight): Readiness {
    const { readiness, symptom } = sight;
    const watched = this.#watched.get(object);
    const formerPods = formerPodsOf(sight.object, watched?.pods, watched?.replicaSets);
    const message = printState({ ...sight, symptom, formerPods });
    return message === readiness.message ? readiness : asLastSeen({ ...readiness, message }, watched?.watch);
  }

  /** Undefined for an object that is current. */
  #sight(object: AppliedObject): Sight | undefined {
    if (this.#patientClaims.has(object)) return undefined;
    const { generation = 0 } = object.applied.metadata;
    const watched = this.#watched.get(object);
    if (watched !== undefined && !this.#isSeen(object))
      return { object: object.applied, readiness: unseen(watched.watch), pods: [], generation };
    const live = this.#liveState(object, watched);
    const finished = live.kind === 'Job' ? withoutDeletion(live) : live;
    const judged = this.#isUnspoken(object, live) ? awaitsStatus : this.#judge(finished);
    if (judged.status === 'current') return undefined;
    const readiness = asLastSeen(judged, watched?.watch);
    const pods = [...podsOf(live, watched?.pods, watched?.replicaSets), ...this.#departed.of(live)];
    const replicaSet = live.kind === 'Deployment' ? newestReplicaSet(live, watched?.replicaSets) : undefined;
    this.#news.owns(object, replicaSet);
    return { object: live, readiness, pods, replicaSet, generation };
  }

  /** Of what is not known yet nothing can be said, good or bad. */
  #isSeen(object: AppliedObject): boolean {
    const watched = this.#watched.get(object);
    return watched === undefined || this.#synced.has(watched.watch);
  }

  /** Nor of one whose pods are not known yet. */
  #isKnown(object: AppliedObject): boolean {
    const watched = this.#watched.get(object);
    return watched === undefined || this.#synced.know(watched);
  }

  #isUnspoken(object: AppliedObject, live: KubeObject): boolean {
    const untilMs = this.#unspoken.get(object);
    if (untilMs === undefined) return false;
    if (!hasStatus(live) && this.#context.clock.now() < untilMs) return true;
    this.#unspoken.delete(object);
    return false;
  }

  /** What a watch tells of another uid or of an older generation is not about what we applied. */
  #liveState(object: AppliedObject, watched: Watched | undefined): KubeObject {
    const { name, uid, generation = 0 } = object.applied.metadata;
    const found = watched?.watch.get(name);
    const live = found?.metadata.uid === uid ? found : this.#last.get(object);
    if (live === undefined) return object.applied;
    this.#seen.add(object);
    if ((live.metadata.generation ?? 0) < generation) return object.applied;
    // Watches may leave out what all their objects have in common.
    return { ...live, apiVersion: object.applied.apiVersion, kind: object.applied.kind };
  }

  /** Somebody else has deleted the object, or changed what we asked of it. */
  #interference(object: AppliedObject, sight: Sight): readonly Symptom[] {
    const live = this.#watched.get(object)?.watch.get(object.applied.metadata.name);
    if (!this.#seen.has(object) || live?.metadata.uid === object.applied.metadata.uid) {
      const superseded = supersededByOthers(object, sight.object);
      return superseded === undefined ? [] : [superseded];
    }
    return sight.readiness.status === 'failed' ? [] : [deletedByOthers(object)];
  }

  async #failing(pending: ReadonlyMap<AppliedObject, Sight>): Promise<Failing | undefined> {
    const nowMs = this.#context.clock.now();
    for (const [object, sight] of pending) {
      const symptom = this.#trackers.get(object)?.due(nowMs);
      if (symptom === undefined) continue;
      if (await this.#isFinal(object, sight, symptom)) return { sight, symptom };
      this.#trackers.get(object)?.renew(symptom.key, nowMs);
    }
    return undefined;
  }

  /** Asks once more where others may know better. */
  async #isFinal(object: AppliedObject, sight: Sight, symptom: Symptom): Promise<boolean> {
    if (symptom.class === 'silent') {
      await this.#askEvents(object, sight, symptom);
      return false;
    }
    const look = await lookAgain(symptom, sight, this.#context.cluster);
    if (look.kind === 'final') return true;
    if (look.because !== undefined) this.#hopes.set(object, { key: symptom.key, because: look.because });
    this.#news.tell(object);
    return false;
  }

  /** What only events tell: why there are no pods, or why a pod's volumes are not mounted. */
  async #askEvents(object: AppliedObject, sight: Sight, symptom: Symptom): Promise<void> {
    const { cluster } = this.#context;
    const pod = sight.pods.find((each) => each.metadata.name === symptom.pod);
    if (symptom.key === noPodsKey) {
      const refusal = await findPodRefusal(sight.object, cluster);
      if (refusal !== undefined) this.#refusals.set(object, refusal);
    } else if (symptom.key === creatingKey && pod !== undefined) {
      const trouble = await findMountTrouble(pod, cluster);
      if (trouble !== undefined) this.#mounts.set(pod.metadata.uid ?? '', trouble);
    }
    this.#news.tell(object);
  }

  /** When the next symptom outlives its grace, or a controller has had its time to speak. */
  #nextDueMs(): number | undefined {
    const symptoms = [...this.#trackers.values()].flatMap((tracker) => tracker.nextDueMs() ?? []);
    const times = [...symptoms, ...this.#unspoken.values()];
    return times.length === 0 ? undefined : Math.min(...times);
  }
}
