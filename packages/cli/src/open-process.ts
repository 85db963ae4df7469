import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Output, ProcessPorts } from './ports.js';
import type { Signal } from './signals.js';

/** The real process as commands see it. */
export interface OpenedProcess {
  readonly ports: ProcessPorts;
  /**
   * Ends the process once all output has been handed over, however slow its reader is. Output that could not be
   * written (a full disk) is an error of its own: 74.
   */
  readonly end: (exitCode: number) => Promise<never>;
}

/** Opens the real process; the only place that touches it. `manifest` is this package's package.json. */
export function openProcess(manifest: URL): OpenedProcess {
  const [stdout, stderr] = [openOutput(process.stdout), openOutput(process.stderr)];
  return {
    ports: {
      version: () => readVersion(manifest),
      stdout: stdout.output,
      stderr: stderr.output,
      environment: process.env,
      workingDirectory: process.cwd(),
      readInput: () => readFileSync(0, 'utf8'),
      // Whoever looks at process.stdin makes it one that does not block, and what is piped into it late is never read.
      ask: isatty(0) && process.stderr.isTTY ? askPerson : undefined,
      onSignal: listenToSignals(),
      exitNow: (exitCode) => {
        process.exit(exitCode);
      },
    },
    end: async (exitCode) => {
      const trouble = await stdout.drain();
      if (trouble !== undefined)
        stderr.output.write(`flotilla: the output could not be written: ${trouble.message}\n`);
      await stderr.drain();
      process.exit(trouble !== undefined && exitCode === 0 ? 74 : exitCode);
    },
  };
}

const heard = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type SignalListener = Parameters<ProcessPorts['onSignal']>[0];

function listenToSignals(): ProcessPorts['onSignal'] {
  const listeners: SignalListener[] = [];
  const tell = (signal: Signal) => {
    listeners.at(-1)?.(signal);
  };
  return (listener) => {
    if (listeners.length === 0) for (const signal of heard) process.on(signal, tell);
    listeners.push(listener);
    return () => {
      listeners.splice(listeners.lastIndexOf(listener), 1);
      if (listeners.length === 0) for (const signal of heard) process.off(signal, tell);
    };
  };
}

interface OpenedOutput {
  readonly output: Output;
  /** Resolves when everything has been handed over; to the reason when that failed. */
  drain(): Promise<Error | undefined>;
}

function openOutput(stream: NodeJS.WriteStream): OpenedOutput {
  let broken: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    broken ??= error;
  });
  const output = {
    write: (text: string) => {
      if (broken === undefined) stream.write(text);
    },
    isTerminal: stream.isTTY,
    get columns() {
      return stream.columns > 0 ? stream.columns : 80;
    },
    get rows() {
      return stream.rows > 0 ? stream.rows : 24;
    },
  };
  const drain = async () => {
    if (broken === undefined)
      await new Promise<void>((resolve) => {
        stream.write('', (error) => {
          if (error) broken ??= error;
          resolve();
        });
      });
    // `flotilla plan | head` closes the pipe: that is the reader's choice, not a failure.
    return broken?.code === 'EPIPE' ? undefined : broken;
  };
  return { output, drain };
}

async function askPerson(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, readline gets the key, and the process no signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return await new Promise((resolve) => {
    // Ctrl-D answers nothing.
    lines.once('close', () => {
      resolve('');
    });
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

function readVersion(manifest: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'version' in parsed &&
    typeof parsed.version === 'string'
  )
    return parsed.version;
  throw new Error('Bug: package.json has no version');
}
