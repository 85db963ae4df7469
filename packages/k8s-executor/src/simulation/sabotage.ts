import type { Cluster } from '../cluster/cluster.js';
import type { ClockError } from './simulated-process.js';

/**
 * What is broken on purpose, to see that the rules of a world find it. Everything is broken from outside, through the ports
 * of a run: its code stays as it is.
 */
export interface Sabotage {
  /** The cluster as each run is given it. */
  readonly cluster?: (cluster: Cluster) => Cluster;
  /** The clocks of all machines, in turn. */
  readonly clocks?: readonly ClockError[];
  /** Runs do not hear signals. */
  readonly isDeaf?: boolean;
}
