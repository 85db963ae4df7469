/** Bytes that come by and by, to be read once. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  push(text: string): void;
  /** Nothing more comes; with an error the reader is thrown it after what has come. */
  end(error?: Error): void;
  /** Resolves at `end`. */
  readonly closed: Promise<void>;
}

export function createByteStream(): ByteStream {
  const chunks: Uint8Array[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  return {
    closed,
    push(text) {
      if (ended) return;
      chunks.push(Buffer.from(text));
      wake();
    },
    end(error) {
      if (ended) return;
      ended = true;
      failure = error;
      wake();
      close();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          yield chunk;
        } else if (ended) {
          if (failure !== undefined) throw failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
