import { fileURLToPath } from 'node:url';
import { runProgram, type ProgramResult } from '@flotilla/e2e';

/** The built command, as npm links it. */
export const cliPath = fileURLToPath(new URL('../../packages/cli/bin/flotilla.js', import.meta.url));

/** An example of this repository. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}

/** Runs node to its end; throws when it does not exit with 0, because then there is nothing to measure. */
export async function runNode(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  const env = { ...process.env, ...variables };
  const result = await runProgram(process.execPath, args, { timeoutMs: 20 * 60_000, env });
  if (result.code === 0) return result;
  throw new Error(
    `node ${args.join(' ')} ended with ${result.code ?? result.signal ?? ''}:\n${result.stderr}${result.stdout}`,
  );
}

/** Runs the built flotilla to its end. */
export async function runFlotilla(args: readonly string[]): Promise<ProgramResult> {
  return runNode([cliPath, ...args]);
}
