import { readFileSync } from 'node:fs';
import type { Output, Ports } from './ports.js';

/** The ports of the real process; the only place that touches it. `manifest` is this package's package.json. */
export function processPorts(manifest: URL): Ports {
  return {
    version: () => readVersion(manifest),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    environment: process.env,
    workingDirectory: process.cwd(),
    ask: process.stdin.isTTY && process.stderr.isTTY ? askPerson : undefined,
    onSignal: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exitNow: (exitCode) => {
      process.exit(exitCode);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // `flotilla plan | head` closes the pipe: that is the reader's choice, not a failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

async function askPerson(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
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
