import type { ExitCode } from './exit-code.js';

/** A command that ends before it wrote anything: one clear message, what to do, and the exit code of cli.md. */
export interface Refusal {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly help?: string;
}

/** Thrown by commands to end with a refusal, caught in `main` alone. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

/** Ends the command: wrong usage (exit 64). */
export function refuseUsage(message: string, help?: string): never {
  throw new RefusedError({ exitCode: 64, message, ...(help !== undefined && { help }) });
}
