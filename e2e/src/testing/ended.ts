import type { ProgramResult } from '../control-plane/run-program.js';

/** How a program ended, with all that it said, so that a test that fails on it shows why. */
export function ended({ code, signal, stdout, stderr }: ProgramResult) {
  return { code, signal, said: stdout + stderr };
}
