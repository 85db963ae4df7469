import type { RunEvent, RunSettled } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { DeployPlanResult } from '../deploy/deploy-options.js';
import { findRollbackTargets } from '../deploy/rollback-targets.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import { renderPlan } from '../manifest/render-plan.js';
import { connectCalmly } from './connect-calmly.js';
import { findUntrueRecords } from './end-records.js';
import { findLack } from './live-state.js';
import { createReportBook } from './report-book.js';
import type { RunOrder } from './run-order.js';
import type { VirtualClock } from './virtual-clock.js';
import { findHistoryTrouble } from './whole-history.js';

/** One process from its begin to its end. */
export interface Life {
  readonly order: RunOrder;
  readonly bornMs: number;
  endedMs: number;
  /** What it told people between events, warnings too. */
  readonly notes: string[];
  frozenMs: number;
  /** When it was asked to stop. */
  signalledMs: number | undefined;
}

export interface EndChecksOptions {
  readonly server: EmbeddedServer;
  readonly clock: VirtualClock;
  readonly deployment: string;
  readonly namespace: string;
  readonly onViolation: (message: string) => void;
}

/** What a dead process has sent has arrived by then, or never will. */
const echoMs = 2_000;

/**
 * A run that is asked to stop gives its writes 5 s, its tasks 6 s to end, its records 5 s each, and its lock three times
 * a third of its duration, on clocks that may run slow.
 */
const stopMs = 45_000;

/** Looks at what each process said when it was over, and at what it left in the cluster. */
export class EndChecks {
  readonly #options: EndChecksOptions;
  readonly #lives: Life[] = [];
  readonly #reports;
  readonly #cluster: Cluster;
  #lastInterferenceMs = -Infinity;

  constructor(options: EndChecksOptions) {
    this.#options = options;
    this.#cluster = connectCalmly(options.server, options.clock);
    this.#reports = createReportBook(options.onViolation);
  }

  born(order: RunOrder): Life {
    const bornMs = this.#options.clock.now();
    const life = { order, bornMs, endedMs: Infinity, notes: [], frozenMs: 0, signalledMs: undefined };
    this.#lives.push(life);
    return life;
  }

  heard({ order }: Life, event: RunEvent): void {
    this.#reports.hear(order.name, event);
  }

  /** Somebody else has changed something. */
  disturbed(): void {
    this.#lastInterferenceMs = this.#options.clock.now();
  }

  /** `result` is undefined for a process that was cut off, or that only read. */
  async ended(life: Life, result: DeployPlanResult | undefined): Promise<void> {
    life.endedMs = this.#options.clock.now();
    if (result === undefined) return;
    this.#checkStop(life);
    const { onViolation } = this.#options;
    const told = { ...life, result, ...this.#options, cluster: this.#options.server };
    for (const untrue of findUntrueRecords(told)) onViolation(untrue);
    for (const trouble of await findHistoryTrouble(this.#cluster, this.#options)) onViolation(trouble);
    if (result.kind !== 'settled' || result.settled.outcome !== 'succeeded') return;
    if (this.#wasDisturbed(life)) return;
    if (life.order.action === 'rollback') await this.#checkRollback(life, result.settled);
    else await this.#checkDeploy(life, result.settled);
  }

  #checkStop({ order, signalledMs, endedMs, frozenMs }: Life): void {
    if (signalledMs === undefined) return;
    const tookMs = endedMs - signalledMs;
    if (tookMs > stopMs + frozenMs)
      this.#options.onViolation(`${order.name} was told to stop and went on for ${String(tookMs)} ms`);
  }

  /** A run that says it has succeeded must be right, unless others were at work meanwhile. */
  async #checkDeploy(life: Life, settled: RunSettled): Promise<void> {
    const { order } = life;
    // What was kept of an earlier part is as right as that part was at its end: whoever came between was not looked for.
    const kept = settled.tasks.filter((summary) => summary.kept !== undefined);
    const spared = new Set(this.#wasEverDisturbed(life) ? kept.map(({ task }) => task) : []);
    for (const lack of await this.#findLacks(order, spared))
      this.#options.onViolation(`${order.name} says it has succeeded, but ${lack}`);
  }

  /** What was put back is the newest good revision from then on. */
  async #checkRollback({ order, notes }: Life, { tasks }: RunSettled): Promise<void> {
    if (notes.some((note) => note.includes('the history could not be written'))) return;
    const { onViolation, ...place } = this.#options;
    const among = new Set(tasks.map(({ task }) => task));
    const found = await findRollbackTargets({ ...place, cluster: this.#cluster, among });
    if (!found.ok) onViolation(`after ${order.name}: ${found.refusal.message}`);
    else
      for (const { revision } of found.targets)
        onViolation(
          `${order.name} says it has put ${revision.task} back, but it is not what revision ${String(revision.number)} says`,
        );
  }

  async #findLacks({ version }: RunOrder, spared: ReadonlySet<string>): Promise<readonly string[]> {
    const { namespace } = this.#options;
    const rendered = await renderPlan({ ...version, directory: '/', namespace });
    if (!rendered.ok) throw new Error('Bug: the simulation renders objects that cannot be');
    const looked = rendered.value.filter(({ task }) => !spared.has(task.id));
    return looked.flatMap(({ task, manifests }) =>
      manifests.flatMap(({ object }) => this.#lackOf(object, task.kind === 'job') ?? []),
    );
  }

  #lackOf(object: KubeObject, isJob: boolean): string | undefined {
    return findLack(this.#options.server, object, isJob ? 'completion' : 'readiness');
  }

  #wasEverDisturbed(life: Life): boolean {
    return this.#lastInterferenceMs > -Infinity || this.#lives.some((other) => mayDisturb(other, life));
  }

  #wasDisturbed(life: Life): boolean {
    const others = this.#lives.filter((other) => other !== life && mayDisturb(other, life));
    return (
      this.#lastInterferenceMs >= life.bornMs || others.some(({ endedMs }) => endedMs + echoMs >= life.bornMs)
    );
  }
}

/** Whether it may ask for something else. */
function mayDisturb({ order }: Life, { order: mine }: Life): boolean {
  if (order.action === 'history') return false;
  return order.action === 'rollback' || order.onHalt !== undefined || order.version !== mine.version;
}
