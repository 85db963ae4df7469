import { fileURLToPath } from 'node:url';
import type { CompileResult } from './compile-once.js';
import { median } from './measure.js';
import { runNode } from './programs.js';
import { milliseconds, table } from './table.js';

const sizes = [1_000, 10_000, 100_000];
const script = fileURLToPath(new URL('./compile-once.js', import.meta.url));

/** Parse, compile and rehearse large files in 100 steps, each in a process of its own. */
export async function benchCompile(rounds = 3): Promise<string> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const results: CompileResult[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await compileOnce(size));
    const middle = (field: keyof CompileResult) => median(results.map((result) => result[field]));
    rows.push([
      size.toLocaleString('en'),
      milliseconds(middle('parseMs')),
      milliseconds(middle('compileMs')),
      milliseconds(middle('rehearseMs')),
      `${(middle('planBytes') / size / 1024).toFixed(2)} KiB`,
    ]);
  }
  return table(['tasks', 'parse', 'compile', 'rehearse', 'plan, per task'], rows);
}

async function compileOnce(size: number): Promise<CompileResult> {
  const { stdout } = await runNode(['--expose-gc', '--max-old-space-size=8192', script, String(size)]);
  return JSON.parse(stdout) as CompileResult;
}
