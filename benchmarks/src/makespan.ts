import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './measure.js';
import { largeFile } from './large-file.js';
import { runFlotilla } from './programs.js';
import { milliseconds, table } from './table.js';

interface RunSettled {
  readonly durationMs: number;
}

/**
 * How much a real run adds to the longest chain of its readiness times: the same plan and the same times, deployed
 * to the embedded cluster over HTTP and rehearsed in virtual time, which is exactly the longest chain.
 */
export async function benchMakespan(rounds = 3): Promise<string> {
  const rows: string[][] = [];
  for (const [tasks, steps] of [
    [10, 3],
    [100, 5],
    [500, 10],
  ] as const) {
    const ideal: number[] = [];
    const real: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const run = await deployAndRehearse(tasks, steps);
      ideal.push(run.rehearsedMs);
      real.push(run.deployedMs);
    }
    const ratio = median(real) / median(ideal);
    rows.push([
      `${tasks} in ${steps} steps`,
      milliseconds(median(ideal)),
      milliseconds(median(real)),
      ratio.toFixed(3),
    ]);
  }
  return table(['tasks', 'longest chain', 'makespan', 'makespan ÷ longest chain'], rows);
}

async function deployAndRehearse(
  tasks: number,
  steps: number,
): Promise<{ rehearsedMs: number; deployedMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-makespan-'));
  try {
    const file = join(folder, 'flotilla.yaml');
    const rehearsal = join(folder, 'rehearsal.yaml');
    await writeFile(file, largeFile(tasks, steps));
    await writeFile(rehearsal, times(tasks));
    const common = ['-f', file, '--with', rehearsal, '-o', 'json'];
    const rehearsed = await runFlotilla(['rehearse', ...common]);
    const deployed = await runFlotilla(['deploy', '--cluster', 'embedded', ...common]);
    return { rehearsedMs: durationOf(rehearsed.stdout), deployedMs: durationOf(deployed.stdout) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Between one and three seconds, the same on every run. */
function times(tasks: number): string {
  const lines = Array.from(
    { length: tasks },
    (_, index) => `  services.s${index}: {takes: ${1000 + ((index * 617) % 2000)}ms}`,
  );
  return ['tasks:', ...lines, ''].join('\n');
}

function durationOf(stdout: string): number {
  return (JSON.parse(stdout) as RunSettled).durationMs;
}
