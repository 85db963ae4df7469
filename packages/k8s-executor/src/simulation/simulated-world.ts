import type { EventSink } from '@flotilla/core';
import { ApiCluster } from '../cluster/api-cluster.js';
import type { Cluster } from '../cluster/cluster.js';
import { fixedCredentials } from '../cluster/kubeconfig/credentials.js';
import { HttpTransport } from '../cluster/transport/http-transport.js';
import { deployPlan } from '../deploy/deploy-plan.js';
import type { DeployPlanOptions, DeployPlanResult } from '../deploy/deploy-options.js';
import { rollbackDeployment } from '../deploy/rollback-deployment.js';
import type { Answer } from '../embedded/api/answer.js';
import { createEmbeddedServer } from '../embedded/create-embedded-server.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { readHistory } from '../record/history/read-history.js';
import { deploymentName, drawWorkload } from './draw-workload.js';
import type { Workload } from './draw-workload.js';
import { EndChecks } from './end-checks.js';
import type { Life } from './end-checks.js';
import { interfere } from './outsiders.js';
import { printEnd } from './print-end.js';
import { findForbiddenWrite } from './record-checks.js';
import type { RunOrder } from './run-order.js';
import type { Sabotage } from './sabotage.js';
import { createRandom } from './seeded-random.js';
import type { SeededRandom } from './seeded-random.js';
import { rightClock, SimulatedProcess } from './simulated-process.js';
import { createVirtualClock } from './virtual-clock.js';
import type { VirtualClock } from './virtual-clock.js';
import { Watchman } from './watchman.js';
import type { Writer } from './watchman.js';
import { Wire } from './wire.js';

/** How a process ended: cut off, or by itself; `result` is absent for what only reads. */
export type RunEnd =
  { readonly kind: 'killed' } | { readonly kind: 'ended'; readonly result?: DeployPlanResult };

export interface WorldOptions {
  /** Default: the one that the seed draws. */
  readonly workload?: Workload;
  readonly sabotage?: Sabotage;
}

const namespace = 'shop';
/** A Thursday. */
const startedAtMs = Date.UTC(2026, 0, 1);
/** Nobody is refused for a lock that somebody holds who was cut off. */
const lockTimeoutMs = 3_600_000;

/** A cluster, a network and the processes that use it, in virtual time; all chance comes from the seed. */
export class SimulatedWorld {
  readonly random: SeededRandom;
  readonly clock: VirtualClock;
  readonly workload: Workload;
  readonly wire: Wire;
  readonly sabotage: Sabotage;
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  /** What befell processes, by kind, how many there were, and what they did. */
  readonly counts = new Map<string, number>();
  readonly #server: EmbeddedServer;
  readonly #watchman: Watchman;
  readonly #checks: EndChecks;
  #writer: Writer = { kind: 'cluster' };

  constructor(seed: number, { workload, sabotage = {} }: WorldOptions = {}) {
    this.random = createRandom(`seed ${seed}`);
    this.clock = createVirtualClock(this.random.fork('clock').next);
    this.workload = workload ?? drawWorkload(this.random.fork('workload'));
    this.sabotage = sabotage;
    this.#server = createEmbeddedServer({
      clock: this.clock,
      random: this.random.fork('server').next,
      startedAtMs,
      scenario: this.workload.rehearsal,
    });
    const onViolation = (message: string) => {
      this.violate(message);
    };
    this.#watchman = new Watchman({ secrets: this.workload.secrets, onViolation });
    this.#checks = new EndChecks({
      server: this.#server,
      clock: this.clock,
      deployment: deploymentName,
      namespace,
      onViolation,
    });
    this.#server.store.subscribe((event) => {
      this.#see(event);
    });
    this.wire = new Wire({
      clock: this.clock,
      random: this.random.fork('wire'),
      server: this.#server,
      trace: (line) => {
        this.say(line);
      },
      onArrival: (process, _request, act) =>
        this.#as({ kind: 'run', name: process.name, does: process.purpose }, act),
    });
  }

  say(line: string): void {
    this.trace.push(`${String(this.clock.now()).padStart(8)} ${line}`);
  }

  violate(message: string): void {
    this.say(`VIOLATION: ${message}`);
    this.violations.push(message);
  }

  /** Lets a process live to its end, whichever it finds. Looks at what it leaves and at what it says of the cluster. */
  async run(order: RunOrder): Promise<RunEnd> {
    this.#count(order.action);
    const told = order.action === 'deploy' ? ` version ${order.version.name} (${order.mode ?? 'new'})` : '';
    this.say(`${order.name} begins: ${order.action}${told}`);
    const life = this.#checks.born(order);
    const cancelled = new AbortController();
    const process = this.#start(order, { life, cancelled });
    const end = await Promise.race([
      this.#work(process, order, { life, cancelled: cancelled.signal }),
      process.death.then((): RunEnd => ({ kind: 'killed' })),
    ]);
    if (end.kind === 'ended' && end.result !== undefined)
      this.say(`${order.name} ends: ${printEnd(end.result)}`);
    await this.#checks.ended(life, end.kind === 'killed' ? undefined : end.result);
    return end;
  }

  /** Somebody else does something. */
  interfere(random: SeededRandom): void {
    this.#checks.disturbed();
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

  close(): void {
    this.#server.close();
  }

  #see(event: StoreEvent): void {
    const { kind } = event.kind;
    const { namespace: where = '', name, resourceVersion = '' } = event.object.metadata;
    const who = this.#writer.kind === 'run' ? this.#writer.name : this.#writer.kind;
    this.say(`  ${who} ${event.type} ${kind} ${where}/${name} @${resourceVersion}`);
    this.#watchman.see(event, this.#writer);
    const records = { cluster: this.#server, deployment: deploymentName, namespace };
    const forbidden = findForbiddenWrite(event, this.#writer, records);
    if (forbidden !== undefined) this.violate(forbidden);
  }

  #start(
    { name, action, blows = new Map(), clockError = rightClock }: RunOrder,
    { life, cancelled }: { readonly life: Life; readonly cancelled: AbortController },
  ): SimulatedProcess {
    return new SimulatedProcess({
      name,
      purpose: action,
      clock: this.clock,
      clockError,
      blows,
      onBlow: (process, blow) => {
        this.#count(blow.kind);
        this.say(`${name} meets ${JSON.stringify(blow)} at its step ${process.steps}`);
        if (blow.kind === 'death') this.wire.cutOff(process);
        if (blow.kind === 'freeze') life.frozenMs += blow.forMs;
        if (blow.kind !== 'signal') return;
        life.signalledMs ??= this.clock.now();
        if (this.sabotage.isDeaf !== true) cancelled.abort(blow.reason);
      },
    });
  }

  async #work(
    process: SimulatedProcess,
    order: RunOrder,
    { life, cancelled }: { readonly life: Life; readonly cancelled: AbortSignal },
  ): Promise<RunEnd> {
    const cluster = this.#connect(process);
    const options = { ...this.#optionsOf(process, order, life), cluster, cancelled };
    const end = await this.#do(order, options);
    cluster.close();
    return end;
  }

  async #do(order: RunOrder, options: DeployPlanOptions): Promise<RunEnd> {
    switch (order.action) {
      case 'history':
        await readHistory(options.cluster, { deployment: deploymentName, namespace });
        return { kind: 'ended' };
      case 'rollback': {
        const onEvidence = (saved: unknown) => {
          this.#watchman.checkSecrets(saved, 'the evidence of a rollback');
        };
        return { kind: 'ended', result: await rollbackDeployment({ ...options, onEvidence }) };
      }
      case 'deploy': {
        const { mode, onHalt } = order;
        const asked = { ...(mode !== undefined && { mode }), ...(onHalt !== undefined && { onHalt }) };
        return { kind: 'ended', result: await deployPlan({ ...options, ...asked }) };
      }
    }
  }

  #connect(process: SimulatedProcess): Cluster {
    const { clock } = process;
    const random = this.random.fork(process.name).next;
    const http = this.wire.portFor(process);
    const transport = new HttpTransport({
      http,
      credentials: fixedCredentials({ headers: {} }),
      clock,
      random,
    });
    const context = { context: 'simulated', defaultNamespace: 'default' };
    const cluster = new ApiCluster({ transport, clock, random, ...context });
    return this.sabotage.cluster?.(cluster) ?? cluster;
  }

  #optionsOf(
    process: SimulatedProcess,
    { version }: RunOrder,
    life: Life,
  ): Omit<DeployPlanOptions, 'cluster' | 'cancelled'> {
    const { clock, name } = process;
    const { concurrency } = this.workload;
    const onNote = (text: string) => {
      if (process.isDead) return;
      life.notes.push(text);
      this.say(`${name} notes: ${text}`);
      this.#watchman.checkSecrets(text, 'a note');
      // From here on it asks for what was there before.
      if (text.startsWith('the run was halted')) this.#watchman.forget(name);
    };
    return {
      ...version,
      directory: '/',
      namespace,
      clock,
      wallClock: () => new Date(startedAtMs + clock.now()),
      run: name,
      origin: { who: `${name}@simulated`, commit: null, url: null },
      createNamespace: true,
      newKey: () => `the key of ${name}`,
      forceConflicts: true,
      lockTimeoutMs,
      onNote,
      onWarning: onNote,
      ...(concurrency !== undefined && { concurrency }),
      sink: this.#sinkOf(process, life),
    };
  }

  #sinkOf(process: SimulatedProcess, life: Life): EventSink {
    return (event) => {
      if (process.isDead) return;
      this.say(`${process.name} says ${event.type} ${'task' in event ? event.task : ''}`);
      if (event.type !== 'run-started') this.#watchman.checkSecrets(event, `the event ${event.type}`);
      this.#checks.heard(life, event);
    };
  }

  #as(writer: Writer, act: () => Answer): Answer {
    this.#writer = writer;
    try {
      return act();
    } finally {
      this.#writer = { kind: 'cluster' };
    }
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
