import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import type { Deployment } from './deployment.js';

/** What is done, once, as soon as a run has said something on its standard output. */
export type Reaction = readonly [said: string, act: (kill: (signal: NodeJS.Signals) => void) => unknown];

/**
 * Runs `flotilla <words>` and does what the reactions say, each when all before it have begun: what happens then depends
 * on what the run has come to, and not on how fast the machine is. Throws when the run ends without having said it all.
 */
export async function runReacting(
  made: Deployment,
  words: readonly string[],
  { reactions, ...options }: ProgramOptions & { readonly reactions: readonly Reaction[] },
): Promise<ProgramResult> {
  const left = [...reactions];
  const acted: unknown[] = [];
  const result = await made.run(words, {
    ...options,
    onOutput: (stdout, _stderr, kill) => {
      for (let next = left[0]; next !== undefined && stdout.includes(next[0]); next = left[0]) {
        left.shift();
        acted.push(next[1](kill));
      }
    },
  });
  await Promise.all(acted);
  if (left[0] !== undefined)
    throw new Error(`It ended without having said "${left[0][0]}":\n${result.stdout}${result.stderr}`);
  return result;
}
