import type { Redactor } from '@flotilla/k8s-executor';

/** Somewhere text goes. */
export interface Output {
  write(text: string): void;
  /** True for a terminal that a person looks at. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** The process as it is; tests give their own. */
export interface ProcessPorts {
  /** The version of this package; reads its package.json. */
  readonly version: () => string;
  /** What was asked for. */
  readonly stdout: Output;
  /** Progress and diagnostics. */
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly workingDirectory: string;
  /** All that comes on stdin, for `-f -`. */
  readonly readInput: () => string;
  /** Asks a person and resolves to the answer; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Calls back on SIGINT, SIGTERM and SIGHUP until the returned function is called. Of several only the latest is called. */
  readonly onSignal: (listener: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void) => () => void;
  /** Ends the process at once: the second signal. */
  readonly exitNow: (exitCode: number) => void;
}

/** All that a command knows of the process around it. What it writes goes through one redactor. */
export interface Ports extends ProcessPorts {
  /** Told of every secret that a command meets; stdout and stderr lose them. */
  readonly redactor: Redactor;
  /** Stdout for JSON and YAML that was redacted value by value: replacing in its text could break it. */
  readonly redactedStdout: Output;
}
