import { median, type Row } from './measure.js';

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

/** Median, range and the ratio to the row called `base`. */
export function ratioTable(what: string, rows: readonly Row[], base: string): string {
  const baseMs = rows.find(({ name }) => name === base)?.medianMs ?? NaN;
  return table(
    [what, 'median', 'range', `÷ ${base}`],
    rows.map(({ name, medianMs, rangeMs: [low, high] }) => [
      name,
      milliseconds(medianMs),
      `${milliseconds(low)} – ${milliseconds(high)}`,
      (medianMs / baseMs).toFixed(2),
    ]),
  );
}

/** Of each series of delays in milliseconds the median, what 95 of 100 stay below, and the slowest. */
export function delayTable(series: readonly (readonly [string, readonly number[]])[]): string {
  return table(
    ['delay', 'median', '95 of 100', 'slowest'],
    series.map(([what, delays]) => {
      const sorted = delays.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
      return [what, ...[median(delays), at(0.95), at(1)].map(milliseconds)];
    }),
  );
}

export function milliseconds(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}
