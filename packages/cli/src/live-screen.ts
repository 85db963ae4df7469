import { stripVTControlCharacters } from 'node:util';
import { foldRun, formatLive, type EventSink, type RunState } from '@flotilla/core';
import type { Output } from './ports.js';

const frameMs = 100;
const patienceMs = 500;

/** A live view that redraws itself in place on a terminal. */
export interface LiveScreen {
  readonly sink: EventSink;
  /** Lines that stay: printed above the view. */
  print(text: string): void;
  /** Removes the view and gives the cursor back. Idempotent. */
  close(): void;
}

// What a terminal understands (ECMA-48 and its private modes).
const control = {
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
  up: (rows: number) => (rows === 0 ? '\r' : `\r\u001b[${rows}A`),
  clearRight: '\u001b[K',
  clearBelow: '\u001b[J',
  // Row by row: terminals keep a copy of a screen that is cleared as a whole.
  clearRows: (rows: number) => '\r\u001b[2K\u001b[1B'.repeat(rows),
  /** Terminals that know it show everything between the two at once; the others ignore it. */
  beginFrame: '\u001b[?2026h',
  endFrame: '\u001b[?2026l',
} as const;

/** Opens a live view on `output`; the spinner and elapsed times move even when nothing happens. */
export function openLiveScreen(output: Output, color: boolean): LiveScreen {
  const openedAt = performance.now();
  let begunAt = openedAt;
  let state: RunState | undefined;
  let drawn: readonly string[] = [];
  const lines = () => {
    const atMs = performance.now() - begunAt;
    // One column stays free: a full line leaves the cursor in doubt.
    const width = output.columns - 1;
    return state === undefined
      ? preparingLines(atMs, width)
      : formatLive(state, { atMs, width, height: output.rows, color });
  };
  const draw = (above = '') => {
    const next = lines();
    if (above === '' && next.join('\n') === drawn.join('\n')) return;
    const frame = next.map((line) => `${line}${control.clearRight}\n`).join('');
    const hide = drawn.length === 0 && next.length > 0 ? control.hideCursor : '';
    const rows = rowsOf(drawn, output.columns);
    const back = above === '' ? control.up(rows) : `${eraseRows(rows)}${above}`;
    const rest = next.length === 0 ? '' : control.clearBelow;
    output.write(`${control.beginFrame}${hide}${back}${frame}${rest}${control.endFrame}`);
    drawn = next;
  };
  const timer = setInterval(draw, frameMs);
  return {
    sink: (event) => {
      if (event.type === 'run-started') begunAt = performance.now() - event.at;
      state = foldRun(state, event);
    },
    print: draw,
    close: () => {
      clearInterval(timer);
      if (drawn.length > 0) output.write(`${eraseRows(rowsOf(drawn, output.columns))}${control.showCursor}`);
      drawn = [];
    },
  };
}

/** Clears as many rows above the cursor, and puts it at their top. */
function eraseRows(rows: number): string {
  return `${control.up(rows)}${control.clearRows(rows)}${control.up(rows)}`;
}

/** Before the run: nothing for as long as nobody wonders. */
function preparingLines(atMs: number, width: number): readonly string[] {
  if (atMs < patienceMs) return [];
  const seconds = Math.floor(atMs / 1000);
  return [
    `preparing: everything is rendered and checked before the first write, ${seconds}s`.slice(0, width),
  ];
}

/** How many rows of the terminal the lines take, also after it has become narrower and wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
    0,
  );
}
