import type { Clock } from '@flotilla/core';
import type { Sink } from '../embedded/api/answer.js';
import { createByteStream } from './byte-stream.js';
import type { ByteStream } from './byte-stream.js';
import type { SeededRandom } from './seeded-random.js';

export interface StreamDeliveryOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** It goes wrong after a while: breaks, ends, is cut in the middle of a line, or falls silent for good. */
  readonly isBroken: boolean;
  readonly latencyMs: () => number;
  /** Asked before each piece is handed over; false when nobody is there any more. */
  readonly onPiece: () => boolean;
  /** Resolves when the reader hears what comes. */
  readonly awake: () => Promise<void>;
  readonly onEnd: (how: string) => void;
}

type Trouble = 'break' | 'end' | 'cut' | 'silence';

/** Carries what a server writes into a stream to its reader: in order, each piece after its time on the way. */
export class StreamDelivery {
  readonly sink: Sink;
  readonly body: ByteStream = createByteStream();
  readonly #options: StreamDeliveryOptions;
  readonly #gone = new AbortController();
  readonly #pieces: { readonly atMs: number; readonly text: string | undefined }[] = [];
  #isPumping = false;
  #isSilent = false;
  #isOver = false;
  #lastMs = 0;

  constructor(options: StreamDeliveryOptions) {
    this.#options = options;
    this.sink = {
      write: (text) => {
        this.#send(text);
      },
      end: () => {
        this.#send(undefined);
      },
      gone: this.#gone.signal,
    };
    if (options.isBroken) void this.#goWrong(options.random.pick(['break', 'end', 'cut', 'silence']));
  }

  /** The reader has gone: nothing is handed over any more. */
  leave(): void {
    this.#stop('left by its reader');
  }

  /** The connection breaks: the reader hears it. */
  break(): void {
    this.#stop('broken');
    this.#end(new Error('aborted'));
  }

  #stop(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#gone.abort();
    this.#options.onEnd(how);
  }

  #send(text: string | undefined): void {
    if (this.#isOver) return;
    const { clock, latencyMs } = this.#options;
    this.#lastMs = Math.max(this.#lastMs, clock.now() + latencyMs());
    this.#pieces.push({ atMs: this.#lastMs, text });
    if (!this.#isPumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) {
      await this.#options.clock.until(piece.atMs);
      await this.#options.awake();
      if (this.#isOver) return;
      if (!this.#isSilent && this.#options.onPiece()) this.#handOver(piece.text);
    }
    this.#isPumping = false;
  }

  #handOver(text: string | undefined): void {
    if (text !== undefined) {
      this.body.push(text);
      return;
    }
    this.#stop('ended');
    this.#end();
  }

  #end(error?: Error): void {
    void this.#options.awake().then(() => {
      this.body.end(error);
    });
  }

  async #goWrong(trouble: Trouble): Promise<void> {
    const { clock, random } = this.#options;
    await clock.until(clock.now() + random.below(30_000), this.#gone.signal);
    if (this.#isOver) return;
    if (trouble === 'silence') {
      this.#isSilent = true;
      return;
    }
    if (trouble === 'cut') this.body.push('{"type":"MODIFIED","object":{"ki');
    this.#stop(`meets ${trouble}`);
    this.#end(trouble === 'end' || trouble === 'cut' ? undefined : new Error('aborted'));
  }
}
