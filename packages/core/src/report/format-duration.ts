/** A point of a run: `0.0s`, `12.3s`, `754.0s`. Always tenths, so that columns of times line up. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

/** A span of time as people say it: `250ms`, `12.3s`, `10m`, `1m 05s`, `1h 05m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinUnits(`${minutes}m`, seconds % 60, 's');
  return joinUnits(`${Math.floor(minutes / 60)}h`, minutes % 60, 'm');
}

function joinUnits(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${String(small).padStart(2, '0')}${unit}`;
}

/** In whole seconds, for what is shown while it runs: tenths that change in every line at every frame are noise. */
export function formatElapsed(ms: number): string {
  return formatDuration(Math.max(0, Math.floor(ms / 1000)) * 1000);
}
