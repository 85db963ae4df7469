import type { Ports, ProcessPorts } from './ports.js';
import { RefusedError } from './refusal.js';

/**
 * Runs one command line and resolves to its exit code (cli.md). Never rejects: a refusal is printed with its
 * advice, a bug of ours with its stack (exit 70).
 */
export async function main(words: readonly string[], process: ProcessPorts): Promise<number> {
  // What follows is loaded when asked for: saying the version must not pay for anything else.
  if (words[0] === '--version') return printVersion(process);
  const { redactOutputs } = await import('./redact-outputs.js');
  const ports = redactOutputs(process);
  try {
    const { dispatch } = await import('./dispatch.js');
    return await dispatch(words, ports);
  } catch (error) {
    return reportError(error, ports);
  }
}

function printVersion({ stdout, version }: ProcessPorts): number {
  stdout.write(`${version()}\n`);
  return 0;
}

function reportError(error: unknown, ports: Ports): number {
  if (error instanceof RefusedError) {
    const { message, help, exitCode } = error.refusal;
    ports.stderr.write(`flotilla: ${message}\n${help === undefined ? '' : `  ${help}\n`}`);
    return exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  ports.stderr.write(`flotilla: this is a bug of Flotilla, please report it.\n${text}\n`);
  return 70;
}
