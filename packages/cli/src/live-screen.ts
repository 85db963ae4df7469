import { foldRun, formatLive, type EventSink, type RunState } from '@flotilla/core';
import type { Output } from './ports.js';

const frameMs = 100;

/** A live view that redraws itself in place on a terminal. */
export interface LiveScreen {
  readonly sink: EventSink;
  /** Lines that stay: printed above the view. */
  print(text: string): void;
  /** Removes the view and gives the cursor back. Idempotent. */
  close(): void;
}

/** Opens a live view on `output`; the spinner and elapsed times move even when nothing happens. */
export function openLiveScreen(output: Output, color: boolean): LiveScreen {
  let state: RunState | undefined;
  let drawn = 0;
  let begunAt = performance.now();
  const erase = () => (drawn === 0 ? '' : `\u001b[${drawn}A\u001b[0J`);
  const draw = () => {
    if (state === undefined) return;
    const atMs = performance.now() - begunAt;
    const lines = formatLive(state, { atMs, width: output.columns, height: output.rows, color });
    output.write(`${erase()}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, frameMs);
  output.write('\u001b[?25l');
  return {
    sink: (event) => {
      if (event.type === 'run-started') begunAt = performance.now();
      state = foldRun(state, event);
    },
    print: (text) => {
      output.write(erase() + text);
      drawn = 0;
      draw();
    },
    close: () => {
      clearInterval(timer);
      output.write(`${erase()}\u001b[?25h`);
      drawn = 0;
      state = undefined;
    },
  };
}
