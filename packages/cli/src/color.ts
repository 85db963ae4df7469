import type { FlagValues } from './flags.js';
import type { Output, Ports } from './ports.js';

/**
 * Whether to colour what goes to `output`: `--color`, then NO_COLOR (no-color.org), then FORCE_COLOR, else a
 * terminal that is not dumb.
 */
export function wantsColor(output: Output, flags: FlagValues, ports: Ports): boolean {
  const said = flags.value('color');
  if (said === 'always') return true;
  if (said === 'never') return false;
  const { NO_COLOR, FORCE_COLOR, TERM } = ports.environment;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return output.isTerminal && TERM !== 'dumb';
}
