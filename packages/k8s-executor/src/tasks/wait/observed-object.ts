import type { Resource, SharedWatch } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { creatingKey } from '../../failure/configuration-trouble.js';
import { findMountTrouble, findPodRefusal } from '../../failure/help-announced.js';
import { noPodsKey, objectSymptoms } from '../../failure/object-symptoms.js';
import { printState } from '../../failure/print-state.js';
import { lookAgain } from '../../failure/second-look.js';
import type { Symptom } from '../../failure/symptom.js';
import { createSymptomTracker } from '../../failure/symptom-tracker.js';
import { formerPodsOf, newestReplicaSet, podsOf, runsPods } from '../../failure/workload-pods.js';
import type { Readiness, ReadinessRule } from '../../readiness/readiness.js';
import type { AppliedObject } from '../apply/applied-object.js';
import { waitsForConsumer } from './claim-binding.js';
import { createDepartedPods } from './departed-pods.js';
import { awaitsStatus, hasStatus, mayGetStatus, silentControllerMs } from './first-status.js';
import { deletedByOthers, supersededByOthers } from './interference.js';
import type { News } from './news.js';
import type { RunContext } from '../run-context.js';
import type { Failing, Sight } from './sight.js';
import { createSyncedWatches, type Watched } from './synced-watches.js';
import { asLastSeen, syncedOrTroubled, unseen } from './watch-trouble.js';
import { withoutDeletion } from './without-deletion.js';

/** One applied object while it is waited for: what its watches tell of it, and what speaks against it. */
export class ObservedObject {
  readonly #asked: AppliedObject;
  readonly #judge: ReadinessRule;
  readonly #context: RunContext;
  readonly #news: News<ObservedObject>;
  #watched: Watched | undefined;
  readonly #synced = createSyncedWatches();
  #tracker = createSymptomTracker();
  /** Its own uid has been seen on a watch: from then on its absence means something. */
  #wasSeen = false;
  /** How it was when it was deleted: a job may be removed as soon as it is done. */
  #last: KubeObject | undefined;
  /** How pods of a job ended that are gone. */
  readonly #departed = createDepartedPods();
  /** Why its pods are not created, as events told. */
  #refusal: string | undefined;
  /** Why volumes are not mounted, by the uid of the pod, as events told. */
  readonly #mounts = new Map<string, string>();
  /** Why a verdict was put off, and for which symptom. */
  #hope: { readonly key: string; readonly because: string } | undefined;
  /** A claim that is bound only when a pod uses it. */
  #isPatientClaim = false;
  /** No controller has spoken of this custom resource yet, and until then one may. */
  #unspokenUntilMs: number | undefined;

  constructor(
    asked: AppliedObject,
    given: {
      readonly judge: ReadinessRule;
      readonly context: RunContext;
      readonly news: News<ObservedObject>;
    },
  ) {
    this.#asked = asked;
    this.#judge = given.judge;
    this.#context = given.context;
    this.#news = given.news;
  }

  /** As the server answered when it was applied. */
  get applied(): KubeObject {
    return this.#asked.applied;
  }

  /** True while time alone may change how it is judged. */
  get isUnspoken(): boolean {
    return this.#unspokenUntilMs !== undefined;
  }

  /** Watches it until the news stop, unless it is current as it was applied; resolves when its watch knows it. */
  async start(): Promise<void> {
    await this.#expectStatus();
    if (!this.isUnspoken && this.#judge(this.applied).status === 'current') return;
    await this.#watch();
    if (this.#watched !== undefined) await syncedOrTroubled(this.#watched.watch);
  }

  /** Resolves when all its watches, also those of what it owns, know what there is or cannot get up. */
  async known(): Promise<void> {
    const { watch, pods, replicaSets } = this.#watched ?? {};
    const watches = [watch, pods, replicaSets].filter((each) => each !== undefined);
    await Promise.all(watches.map(syncedOrTroubled));
  }

  /** What its watches tell of it now; undefined when it is current. */
  look(): Sight | undefined {
    const sight = this.#sight();
    if (sight === undefined) {
      // It has healed: an old symptom must neither wake us for ever nor count when it comes back.
      this.#tracker = createSymptomTracker();
      return undefined;
    }
    this.#news.owns(this, sight.replicaSet);
    return this.#isKnown() ? this.#diagnose(sight) : sight;
  }

  /** All its pods that are known now, whatever has become of them. */
  pods(): readonly KubeObject[] {
    return podsOf(this.#live(), this.#watched?.pods, this.#watched?.replicaSets);
  }

  /** When its next symptom outlives its grace, or its controller has had its time to speak; `Infinity`: never. */
  nextDueMs(): number {
    return Math.min(this.#tracker.nextDueMs() ?? Infinity, this.#unspokenUntilMs ?? Infinity);
  }

  /** Whether it has come to that. */
  isDue(): boolean {
    return this.nextDueMs() <= this.#context.clock.now();
  }

  /** Why it is given up; undefined while no grace is over, or where others, asked once more, know better. */
  async failing(sight: Sight): Promise<Failing | undefined> {
    const nowMs = this.#context.clock.now();
    const symptom = this.#tracker.due(nowMs);
    if (symptom === undefined) return undefined;
    if (await this.#isFinal(sight, symptom)) return { sight, symptom };
    this.#tracker.renew(symptom.key, nowMs);
    this.#news.tell(this);
    return undefined;
  }

  async #expectStatus(): Promise<void> {
    const { applied, changed } = this.#asked;
    if (!changed || this.#judge(applied).assumed !== true) return;
    if (await mayGetStatus(applied, this.#context.cluster))
      this.#unspokenUntilMs = this.#context.clock.now() + silentControllerMs;
  }

  async #watch(): Promise<void> {
    const { cluster } = this.#context;
    const { apiVersion, kind, metadata } = this.applied;
    this.#isPatientClaim = await waitsForConsumer(this.applied, cluster);
    if (this.#isPatientClaim) return;
    const resource = await this.#resource(apiVersion, kind);
    if (resource === undefined) return;
    const watch = cluster.watch(resource, metadata.namespace);
    this.#synced.await(watch);
    this.#news.ofObject(this, watch, (event) => {
      if (event.type === 'synced') this.#synced.add(watch);
      else if (event.type === 'deleted' && event.object.metadata.uid === metadata.uid)
        this.#last = event.object;
    });
    this.#watched = { watch, ...(await this.#watchPods()) };
    this.#news.tell(this);
  }

  async #watchPods(): Promise<Omit<Watched, 'watch'>> {
    const { kind, metadata } = this.applied;
    if (!runsPods(this.applied)) return {};
    const [podKind, replicaSetKind] = await Promise.all([
      this.#resource('v1', 'Pod'),
      kind === 'Deployment' ? this.#resource('apps/v1', 'ReplicaSet') : undefined,
    ]);
    const { cluster } = this.#context;
    const pods = podKind && cluster.watch(podKind, metadata.namespace);
    const replicaSets = replicaSetKind && cluster.watch(replicaSetKind, metadata.namespace);
    for (const watch of [pods, replicaSets]) if (watch !== undefined) this.#listenToOwned(watch);
    return { ...(pods && { pods }), ...(replicaSets && { replicaSets }) };
  }

  #listenToOwned(watch: SharedWatch): void {
    this.#synced.await(watch, () => {
      this.#news.tell(this);
    });
    this.#news.ofOwned(this, watch, (event) => {
      if (event.type === 'synced') this.#synced.add(watch);
      else if (this.applied.kind === 'Job') this.#departed.hear(event);
    });
  }

  async #resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = await this.#context.cluster.resource(apiVersion, kind);
    return found.ok ? found.value : undefined;
  }

  #sight(): Sight | undefined {
    if (this.#isPatientClaim) return undefined;
    const { generation = 0 } = this.applied.metadata;
    const watched = this.#watched;
    // Of what is not known yet nothing can be said, good or bad.
    if (watched !== undefined && !this.#synced.has(watched.watch))
      return { object: this.applied, readiness: unseen(watched.watch), pods: [], generation };
    const live = this.#live();
    const finished = live.kind === 'Job' ? withoutDeletion(live) : live;
    const judged = this.#stillUnspoken(live) ? awaitsStatus : this.#judge(finished);
    if (judged.status === 'current') return undefined;
    const readiness = asLastSeen(judged, watched?.watch);
    const pods = [...this.pods(), ...this.#departed.of(live)];
    const replicaSet = live.kind === 'Deployment' ? newestReplicaSet(live, watched?.replicaSets) : undefined;
    return { object: live, readiness, pods, replicaSet, generation };
  }

  #stillUnspoken(live: KubeObject): boolean {
    if (this.#unspokenUntilMs === undefined) return false;
    if (!hasStatus(live) && this.#context.clock.now() < this.#unspokenUntilMs) return true;
    this.#unspokenUntilMs = undefined;
    return false;
  }

  /** Nothing speaks against an object whose pods are not known yet. */
  #isKnown(): boolean {
    return this.#watched === undefined || this.#synced.know(this.#watched);
  }

  /** What a watch tells of another uid or of an older generation is not about what we applied. */
  #live(): KubeObject {
    const { applied } = this;
    const { name, uid, generation = 0 } = applied.metadata;
    const found = this.#watched?.watch.get(name);
    const live = found?.metadata.uid === uid ? found : this.#last;
    if (live === undefined) return applied;
    this.#wasSeen = true;
    if ((live.metadata.generation ?? 0) < generation) return applied;
    // Watches may leave out what all their objects have in common.
    return { ...live, apiVersion: applied.apiVersion, kind: applied.kind };
  }

  #diagnose(sight: Sight): Sight {
    const { clock, grace } = this.#context;
    if (sight.pods.length > 0) this.#refusal = undefined;
    const glimpse = { ...sight, applied: this.applied, refusal: this.#refusal, mounts: this.#mounts };
    this.#tracker.observe([...objectSymptoms(glimpse, grace), ...this.#interference(sight)], clock.now());
    const symptom = this.#tracker.strongest();
    const hope = this.#hope?.key === symptom?.key ? this.#hope?.because : undefined;
    return { ...sight, readiness: this.#explain({ ...sight, symptom }), symptom, hope };
  }

  /** The state in the words that help where something speaks against it. */
  #explain(sight: Sight): Readiness {
    const { readiness } = sight;
    const formerPods = formerPodsOf(sight.object, this.#watched?.pods, this.#watched?.replicaSets);
    const message = printState({ ...sight, symptom: sight.symptom, formerPods });
    return message === readiness.message
      ? readiness
      : asLastSeen({ ...readiness, message }, this.#watched?.watch);
  }

  /** Somebody else has deleted the object, or changed what we asked of it. */
  #interference(sight: Sight): readonly Symptom[] {
    const live = this.#watched?.watch.get(this.applied.metadata.name);
    if (!this.#wasSeen || live?.metadata.uid === this.applied.metadata.uid) {
      const superseded = supersededByOthers(this.#asked, sight.object);
      return superseded === undefined ? [] : [superseded];
    }
    return sight.readiness.status === 'failed' ? [] : [deletedByOthers(this.#asked)];
  }

  /** Asks once more where others may know better. */
  async #isFinal(sight: Sight, symptom: Symptom): Promise<boolean> {
    if (symptom.class === 'silent') {
      await this.#askEvents(sight, symptom);
      return false;
    }
    const look = await lookAgain(symptom, sight, this.#context.cluster);
    if (look.kind === 'final') return true;
    if (look.because !== undefined) this.#hope = { key: symptom.key, because: look.because };
    return false;
  }

  /** What only events tell: why there are no pods, or why a pod's volumes are not mounted. */
  async #askEvents(sight: Sight, symptom: Symptom): Promise<void> {
    const { cluster } = this.#context;
    const pod = sight.pods.find((each) => each.metadata.name === symptom.pod);
    if (symptom.key === noPodsKey) this.#refusal ??= await findPodRefusal(sight.object, cluster);
    else if (symptom.key === creatingKey && pod !== undefined) {
      const trouble = await findMountTrouble(pod, cluster);
      if (trouble !== undefined) this.#mounts.set(pod.metadata.uid ?? '', trouble);
    }
  }
}
