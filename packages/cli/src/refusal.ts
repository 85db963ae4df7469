import type { Refusal } from '@flotilla/core';

/** Thrown by commands to end before anything was written; `main` alone catches it. */
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
