import { compilePlan, parseDeploymentFile, parseRehearsal, rehearsePlan, type Checked } from '@flotilla/core';
import { largeFile } from './large-file.js';

/** What one process says about one size, as JSON on stdout. Run it with --expose-gc. */
export interface CompileResult {
  readonly tasks: number;
  readonly parseMs: number;
  readonly compileMs: number;
  readonly rehearseMs: number;
  /** Of the plan alone: what the heap grew by between parsed and compiled, after collection. */
  readonly planBytes: number;
}

const tasks = Number(process.argv[2]);
const [file, parseMs] = timed(() =>
  valueOf(
    parseDeploymentFile(
      { path: 'large.yaml', text: largeFile(tasks, 100) },
      { folderName: 'large', parameters: {}, environment: {} },
    ),
  ),
);
const before = heapBytes();
const [plan, compileMs] = timed(() => valueOf(compilePlan(file)));
const planBytes = heapBytes() - before;
const rehearsal = valueOf(parseRehearsal({ path: 'rehearsal.yaml', text: '{}' }, file));
const [, rehearseMs] = timed(() => rehearsePlan(plan, rehearsal, { sink: () => undefined }));
const result: CompileResult = { tasks, parseMs, compileMs, rehearseMs, planBytes };
console.log(JSON.stringify(result));

function valueOf<Value>(checked: Checked<Value>): Value {
  if (checked.ok) return checked.value;
  throw new Error(`Bug: the large file is wrong: ${checked.diagnostics[0]?.message ?? ''}`);
}

function timed<Value>(work: () => Value): readonly [Value, number] {
  const startedAt = performance.now();
  const value = work();
  return [value, performance.now() - startedAt];
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc.');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
