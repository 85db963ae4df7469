import type { FlagName, FlagValues } from './flags.js';
import type { Ports } from './ports.js';

/** What a command is called with. */
export interface Invocation {
  readonly flags: FlagValues;
  readonly positionals: readonly string[];
  /** The command line as it was said, from the command's name on. */
  readonly words: readonly string[];
  readonly ports: Ports;
  /** All commands in the order of help. */
  readonly loadCommands: () => Promise<readonly Command[]>;
}

/** One verb of the command line (cli.md). */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The positional arguments as help shows them, e.g. `[workflow]`. */
  readonly positionals: string;
  readonly positionalsMax: number;
  /** The only words that may stand there; for completion. */
  readonly positionalChoices?: readonly string[];
  /** Besides `commonFlags`, which every command takes. */
  readonly flags: readonly FlagName[];
  /** What flags mean here, where it is not what they mean elsewhere; for help. */
  readonly meanings?: Readonly<Partial<Record<FlagName, string>>>;
  /** The values of `--output`, the default first; empty when the command has none. */
  readonly outputs: readonly string[];
  /** Resolves to the exit code; a refusal is thrown as RefusedError. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
