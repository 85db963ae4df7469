import { join } from 'node:path';
import { measureInTurns, timeMs } from './measure.js';
import { cliPath, examplePath, runNode } from './programs.js';
import { ratioTable } from './table.js';

/** How long people wait before anything happens: `flotilla --version` and `flotilla plan` beside `node -e 0`. */
export async function benchStartup(rounds = 15): Promise<string> {
  const shop = join(examplePath('shop'), 'flotilla.yaml');
  const contender = (name: string, args: readonly string[]) => ({
    name,
    measure: () => timeMs(() => runNode(args)),
  });
  const rows = await measureInTurns(
    [
      contender('node -e 0', ['-e', '0']),
      contender('flotilla --version', [cliPath, '--version']),
      contender('flotilla plan (examples/shop)', [cliPath, 'plan', '-f', shop]),
    ],
    rounds,
  );
  return ratioTable('start-up', rows, 'node -e 0');
}
