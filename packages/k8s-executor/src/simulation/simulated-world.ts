import type { TaskId } from '@flotilla/core';
import { ApiCluster } from '../cluster/api-cluster.js';
import { fixedCredentials } from '../cluster/credentials.js';
import { HttpTransport } from '../cluster/http-transport.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deployPlan } from '../deploy/deploy-plan.js';
import type { DeployPlanResult } from '../deploy/deploy-plan.js';
import type { Answer } from '../embedded/api/answer.js';
import { createEmbeddedServer } from '../embedded/create-embedded-server.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import { renderPlan } from '../manifest/render-plan.js';
import { deploymentName, drawWorkload } from './draw-workload.js';
import type { Version, Workload } from './draw-workload.js';
import { findLack } from './live-state.js';
import type { JournalMode } from '../record/journal/open-journal.js';
import { interfere } from './outsiders.js';
import { findForbiddenWrite } from './record-checks.js';
import { createRandom } from './seeded-random.js';
import type { SeededRandom } from './seeded-random.js';
import { SimulatedProcess } from './simulated-process.js';
import { createVirtualClock } from './virtual-clock.js';
import type { VirtualClock } from './virtual-clock.js';
import { Watchman } from './watchman.js';
import type { Writer } from './watchman.js';
import { Wire } from './wire.js';

/** One flotilla process: what it deploys, and when it is cut off. */
export interface RunOrder {
  readonly name: string;
  readonly version: Version;
  readonly diesAtStep?: number;
  readonly skewMs?: number;
  /** Default: a new run. */
  readonly mode?: JournalMode;
}

/** How a process ended: by itself, or cut off. */
export type RunEnd =
  { readonly kind: 'killed' } | { readonly kind: 'ended'; readonly result: DeployPlanResult };

const namespace = 'shop';
/** A Thursday. */
const startedAtMs = Date.UTC(2026, 0, 1);
/** Nobody is refused for a lock that somebody holds who was cut off. */
const lockTimeoutMs = 3_600_000;
/** What a dead process has sent has arrived by then, or never will. */
const echoMs = 2_000;

interface Life {
  readonly version: Version;
  readonly bornMs: number;
  endedMs: number;
}

/** A cluster, a network and the processes that use it, in virtual time; all chance comes from the seed. */
export class SimulatedWorld {
  readonly random: SeededRandom;
  readonly clock: VirtualClock;
  readonly workload: Workload;
  readonly wire: Wire;
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  runs = 0;
  kills = 0;
  readonly #server: EmbeddedServer;
  readonly #watchman: Watchman;
  readonly #lives: Life[] = [];
  #writer: Writer = { kind: 'cluster' };
  #lastInterferenceMs = -Infinity;

  /** With a workload of its own choice, or the one that the seed draws. */
  constructor(seed: number, workload?: Workload) {
    this.random = createRandom(`seed ${seed}`);
    this.clock = createVirtualClock(this.random.fork('clock').next);
    this.workload = workload ?? drawWorkload(this.random.fork('workload'));
    this.#server = createEmbeddedServer({
      clock: this.clock,
      random: this.random.fork('server').next,
      startedAtMs,
      scenario: this.workload.rehearsal,
    });
    this.#watchman = new Watchman({
      secrets: this.workload.secrets,
      onViolation: (message) => {
        this.violate(message);
      },
    });
    this.#server.store.subscribe((event) => {
      const {
        kind,
        namespace: where = '',
        name,
        resourceVersion = '',
      } = { ...event.kind, ...event.object.metadata };
      this.say(`  ${this.#writerName()} ${event.type} ${kind} ${where}/${name} @${resourceVersion}`);
      this.#watchman.see(event, this.#writer);
      const forbidden = findForbiddenWrite(event, this.#writer, {
        cluster: this.#server,
        deployment: deploymentName,
        namespace,
      });
      if (forbidden !== undefined) this.violate(forbidden);
    });
    this.wire = new Wire({
      clock: this.clock,
      random: this.random.fork('wire'),
      server: this.#server,
      trace: (line) => {
        this.say(line);
      },
      onArrival: (process, _request, act) => this.#as({ kind: 'run', name: process.name }, act),
    });
  }

  say(line: string): void {
    this.trace.push(`${String(this.clock.now()).padStart(8)} ${line}`);
  }

  violate(message: string): void {
    this.say(`VIOLATION: ${message}`);
    this.violations.push(message);
  }

  /** Runs a process to its end, whichever it finds. Looks at what it says of the cluster. */
  async deploy(order: RunOrder): Promise<RunEnd> {
    this.runs += 1;
    const life: Life = { version: order.version, bornMs: this.clock.now(), endedMs: Infinity };
    this.#lives.push(life);
    this.say(`${order.name} begins to deploy version ${order.version.name} (${order.mode ?? 'new'})`);
    const process = new SimulatedProcess({
      name: order.name,
      clock: this.clock,
      skewMs: order.skewMs ?? 0,
      diesAtStep: order.diesAtStep,
      onDeath: (dead) => {
        this.kills += 1;
        this.say(`${dead.name} is cut off at its step ${dead.steps}`);
        this.wire.cutOff(dead);
      },
    });
    const end = await Promise.race([
      this.#run(process, order),
      process.death.then((): RunEnd => ({ kind: 'killed' })),
    ]);
    life.endedMs = this.clock.now();
    if (end.kind === 'ended') await this.#checkRun(order, end.result, life);
    return end;
  }

  /** Somebody else does something. */
  interfere(random: SeededRandom): void {
    this.#lastInterferenceMs = this.clock.now();
    interfere(this.#server, {
      namespace,
      random,
      ask: (method, url, body) => {
        this.say(`outsider ${method} ${url} ${JSON.stringify(body)}`);
        this.#as({ kind: 'outsider' }, () =>
          this.#server.answer({
            method,
            url,
            headers: { accept: '', contentType: 'application/merge-patch+json', userAgent: 'kubectl-edit' },
            body: JSON.stringify(body),
          }),
        );
      },
    });
  }

  /** Says what the cluster lacks of a version, but for what these tasks apply. */
  async findLacks(version: Version, spared: ReadonlySet<string> = new Set()): Promise<readonly string[]> {
    const rendered = await renderPlan({ ...version, directory: '/', namespace });
    if (!rendered.ok) throw new Error('Bug: the simulation renders objects that cannot be');
    const looked = rendered.value.filter(({ task }) => !spared.has(task.id));
    return looked.flatMap(({ task, manifests }) =>
      manifests.flatMap(({ object }) => this.#lackOf(object, task.kind === 'job') ?? []),
    );
  }

  close(): void {
    this.#server.close();
  }

  #lackOf(object: KubeObject, isJob: boolean): string | undefined {
    return findLack(this.#server, object, isJob ? 'completion' : 'readiness');
  }

  async #run(process: SimulatedProcess, { version, mode }: RunOrder): Promise<RunEnd> {
    const { clock } = process;
    const random = this.random.fork(process.name).next;
    const http = this.wire.portFor(process);
    const credentials = fixedCredentials({ headers: {} });
    const transport = new HttpTransport({ http, credentials, clock, random });
    const context = { context: 'simulated', defaultNamespace: 'default' };
    const cluster = new ApiCluster({ transport, clock, random, ...context });
    const { concurrency } = this.workload;
    const result = await deployPlan({
      ...version,
      directory: '/',
      cluster,
      namespace,
      clock,
      wallClock: () => new Date(startedAtMs + clock.now()),
      run: process.name,
      origin: { who: `${process.name}@simulated`, commit: null, url: null },
      createNamespace: true,
      newKey: () => `the key of ${process.name}`,
      forceConflicts: true,
      lockTimeoutMs,
      ...(mode !== undefined && { mode }),
      ...(concurrency !== undefined && { concurrency }),
      sink: (event) => {
        if (process.isDead) return;
        this.say(`${process.name} says ${event.type} ${'task' in event ? event.task : ''}`);
        if (event.type !== 'run-started') this.#watchman.checkSecrets(event, `the event ${event.type}`);
      },
    });
    cluster.close();
    return { kind: 'ended', result };
  }

  /** A run that says it has succeeded must be right, unless others were at work meanwhile. */
  async #checkRun(order: RunOrder, result: DeployPlanResult, life: Life): Promise<void> {
    this.say(`${order.name} ends: ${printEnd(result)}`);
    if (result.kind !== 'settled' || result.settled.outcome !== 'succeeded') return;
    if (this.#wasDisturbed(life)) return;
    // What was kept of an earlier part is as right as that part was at its end: whoever came between was not looked for.
    const kept = result.settled.tasks.filter((summary) => summary.kept !== undefined);
    const spared = new Set(this.#wasEverDisturbed(life) ? kept.map(({ task }) => task) : []);
    for (const lack of await this.findLacks(order.version, spared)) {
      this.violate(`${order.name} says it has succeeded, but ${lack}`);
    }
  }

  #wasEverDisturbed({ version }: Life): boolean {
    return this.#lastInterferenceMs > -Infinity || this.#lives.some((other) => other.version !== version);
  }

  #wasDisturbed(life: Life): boolean {
    const others = this.#lives.filter((other) => other !== life && other.version !== life.version);
    return (
      this.#lastInterferenceMs >= life.bornMs || others.some(({ endedMs }) => endedMs + echoMs >= life.bornMs)
    );
  }

  #as(writer: Writer, act: () => Answer): Answer {
    this.#writer = writer;
    try {
      return act();
    } finally {
      this.#writer = { kind: 'cluster' };
    }
  }

  #writerName(): string {
    return this.#writer.kind === 'run' ? this.#writer.name : this.#writer.kind;
  }
}

/** In one line: the outcome, and of each task that did not succeed the reason. */
export function printEnd(result: DeployPlanResult): string {
  switch (result.kind) {
    case 'wrong':
      return `wrong: ${result.diagnostics.map(({ message }) => message).join('; ')}`;
    case 'refused':
      return `refused: ${result.refusal.message}`;
    case 'stopped':
      return `stopped: ${result.reason}`;
    case 'settled': {
      const bad = result.settled.tasks.filter(
        ({ outcome }) => outcome !== 'succeeded' && outcome !== 'unchanged',
      );
      const told = bad.map(
        ({ task, outcome, reason }: { task: TaskId; outcome: string; reason: string }) =>
          `${task} ${outcome}: ${reason}`,
      );
      return [result.settled.outcome, ...told].join('; ');
    }
  }
}
