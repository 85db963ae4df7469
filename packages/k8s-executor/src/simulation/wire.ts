import { text } from 'node:stream/consumers';
import type { Answer } from '../embedded/api/answer.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import type { ExchangeResult, HttpPort, HttpRequest } from '../cluster/transport/http-port.js';
import { errorReply, overloadReply, replyOf, responseOf } from './reply.js';
import type { Reply } from './reply.js';
import type { SeededRandom } from './seeded-random.js';
import type { SimulatedProcess } from './simulated-process.js';
import { StreamDelivery } from './stream-delivery.js';
import type { VirtualClock } from './virtual-clock.js';
import { calm } from './weather.js';
import type { Weather } from './weather.js';

export interface WireOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly server: EmbeddedServer;
  readonly trace: (line: string) => void;
  /** Called for each request that reaches the server: `act` asks it. */
  readonly onArrival: (process: SimulatedProcess, request: HttpRequest, act: () => Answer) => Answer;
}

const serverUrl = 'http://simulated';
const fates = ['resetBefore', 'resetAfter', 'throttled', 'serverError', 'silent', 'truncated'] as const;
type Fate = 'good' | (typeof fates)[number];

/** A request under way. */
interface Passage {
  readonly process: SimulatedProcess;
  readonly request: HttpRequest;
  readonly label: string;
  /** Its sender broke it off, or died, before it arrived. */
  isLost: boolean;
  hasArrived: boolean;
  stream?: StreamDelivery;
  /** Gives the client its result; only the first one counts. */
  readonly resolve: (result: ExchangeResult) => void;
}

/** The network between processes and one API server: it takes time, and goes wrong as the weather has it. */
export class Wire {
  weather: Weather = calm;
  /** Faults so far, by kind. */
  readonly faults = new Map<string, number>();
  requests = 0;
  readonly #options: WireOptions;
  readonly #underWay = new Set<Passage>();
  #isServerDown = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** The network as one process has it. */
  portFor(process: SimulatedProcess): HttpPort {
    return {
      server: serverUrl,
      exchange: (request) => this.#exchange(process, request),
      close: () => undefined,
    };
  }

  /** The process is gone: what it has sent may still arrive or not, and nobody listens. */
  cutOff(process: SimulatedProcess): void {
    for (const passage of [...this.#underWay]) if (passage.process === process) this.#abandon(passage);
  }

  /** The API server goes down and comes up again: what is stored stays, connections and old versions do not. */
  async restartServer(downMs: number): Promise<void> {
    const { clock, server, trace } = this.#options;
    this.#count('restart');
    trace(`server: down for ${downMs} ms`);
    this.#isServerDown = true;
    for (const passage of [...this.#underWay]) {
      this.#settle(passage, broken('read ECONNRESET'));
      passage.stream?.break();
    }
    server.store.compact();
    await clock.until(clock.now() + downMs);
    this.#isServerDown = false;
    trace('server: up');
  }

  async #exchange(process: SimulatedProcess, request: HttpRequest): Promise<ExchangeResult> {
    if (!process.step()) return new Promise<ExchangeResult>(() => undefined);
    this.requests += 1;
    const label = `${process.name} #${process.steps} ${request.method} ${request.path}`;
    this.#options.trace(label);
    const result = new Promise<ExchangeResult>((resolve) => {
      const passage: Passage = { process, request, label, resolve, isLost: false, hasArrived: false };
      this.#underWay.add(passage);
      const abort = () => {
        this.#abandon(passage);
        resolve(broken('aborted'));
      };
      if (request.signal.aborted) abort();
      else request.signal.addEventListener('abort', abort, { once: true });
      void this.#carry(passage);
    });
    return process.hear(result);
  }

  /** Half of what is on its way when its sender goes arrives all the same. */
  #abandon(passage: Passage): void {
    this.#underWay.delete(passage);
    if (!passage.hasArrived) passage.isLost = this.#options.random.chance(0.5);
    passage.stream?.leave();
  }

  async #carry(passage: Passage): Promise<void> {
    const fate = this.#drawFate(passage);
    await this.#travel();
    if (passage.isLost || (fate === 'silent' && this.#options.random.chance(0.5))) return;
    if (fate === 'resetBefore') {
      this.#settle(passage, broken('read ECONNRESET'));
    } else if (this.#isServerDown) {
      this.#settle(passage, unreached);
    } else {
      passage.hasArrived = true;
      await this.#bringBack(passage, fate);
    }
  }

  async #bringBack(passage: Passage, fate: Fate): Promise<void> {
    const answer = this.#answer(passage, fate);
    if ('form' in answer && answer.form === 'stream') {
      this.#openStream(passage, answer);
      await this.#travel();
      if (passage.stream === undefined || fate === 'silent') return;
      const { body } = passage.stream;
      passage.resolve({
        kind: 'answered',
        response: { status: 200, headers: {}, body, text: () => text(body), closed: body.closed },
      });
      return;
    }
    const reply = 'form' in answer ? replyOf(answer) : answer;
    this.#options.trace(`${passage.label} → ${reply.status}`);
    await this.#travel();
    if (fate === 'silent') return;
    const response = responseOf(reply, fate === 'truncated');
    this.#settle(passage, fate === 'resetAfter' ? broken('socket hang up') : { kind: 'answered', response });
  }

  #drawFate({ label }: Passage): Fate {
    const { random, trace } = this.#options;
    const fate: Fate = fates.find((each) => random.chance(this.weather[each])) ?? 'good';
    if (fate === 'good') return fate;
    this.#count(fate);
    trace(`${label} meets ${fate}`);
    return fate;
  }

  #answer({ process, request, label }: Passage, fate: Fate): Answer | Reply {
    const { random, onArrival, trace } = this.#options;
    const act = () => this.#ask(request);
    if (fate === 'throttled') return overloadReply(random);
    if (fate !== 'serverError') return onArrival(process, request, act);
    // The server may have done it all the same before it failed.
    if (request.method !== 'GET' && random.chance(0.5)) {
      trace(`${label} is done before the error`);
      onArrival(process, request, act);
    }
    return errorReply(random);
  }

  #ask({ method, path, headers, body = '' }: HttpRequest): Answer {
    return this.#options.server.answer({
      method,
      url: path,
      headers: {
        accept: String(headers['accept'] ?? ''),
        contentType: String(headers['content-type'] ?? ''),
        userAgent: String(headers['user-agent'] ?? ''),
      },
      body,
    });
  }

  #openStream(passage: Passage, answer: Extract<Answer, { form: 'stream' }>): void {
    const { clock, random, trace } = this.#options;
    const isBroken = random.chance(this.weather.brokenStream);
    if (isBroken) this.#count('brokenStream');
    trace(`${passage.label} → stream`);
    passage.stream = new StreamDelivery({
      clock,
      random,
      isBroken,
      latencyMs: () => this.#latencyMs(),
      onPiece: () => passage.process.step(),
      awake: () => passage.process.awake(),
      onEnd: (how) => {
        trace(`${passage.label} ${how}`);
        this.#underWay.delete(passage);
      },
    });
    answer.start(passage.stream.sink);
  }

  #settle(passage: Passage, result: ExchangeResult): void {
    this.#underWay.delete(passage);
    passage.resolve(result);
  }

  #travel(): Promise<void> {
    const { clock } = this.#options;
    return clock.until(clock.now() + this.#latencyMs());
  }

  #latencyMs(): number {
    const { least, most } = this.weather.latencyMs;
    return Math.round(this.#options.random.between(least, most));
  }

  #count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }
}

const unreached: ExchangeResult = {
  kind: 'failed',
  failed: { kind: 'unreached', message: 'connect ECONNREFUSED' },
};

function broken(message: string): ExchangeResult {
  return { kind: 'failed', failed: { kind: 'broken', message } };
}
