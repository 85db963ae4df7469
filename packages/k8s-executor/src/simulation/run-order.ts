import type { JournalMode } from '../record/journal/open-journal.js';
import type { Version } from './draw-workload.js';
import type { Blow, ClockError } from './simulated-process.js';

/** One flotilla process: what it does, and what befalls it. */
export interface RunOrder {
  readonly name: string;
  readonly action: 'deploy' | 'rollback' | 'history';
  readonly version: Version;
  readonly blows?: ReadonlyMap<number, Blow>;
  readonly clockError?: ClockError;
  /** Of a deploy; default: a new run. */
  readonly mode?: JournalMode;
  /** Of a deploy. */
  readonly onHalt?: 'rollback';
}
