import type { FlagName, FlagValues } from './flags.js';
import type { Ports } from './ports.js';

/** What a command is called with. */
export interface Invocation {
  readonly flags: FlagValues;
  readonly positionals: readonly string[];
  readonly ports: Ports;
}

/** One verb of the command line (cli.md). */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The positional arguments as help shows them, e.g. `[workflow]`. */
  readonly positionals: string;
  readonly positionalsMax: number;
  readonly flags: readonly FlagName[];
  /** The values of `--output`, the default first; empty when the command has none. */
  readonly outputs: readonly string[];
  /** Resolves to the exit code; a refusal is thrown as RefusedError. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
