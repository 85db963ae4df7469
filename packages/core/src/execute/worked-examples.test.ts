import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { compilePlan } from '../compile/compile-plan.js';
import type { Checked } from '../diagnostics/diagnostic.js';
import type { RunSettled } from '../domain/event.js';
import type { Plan } from '../domain/plan.js';
import type { Rehearsal } from '../domain/rehearsal.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { parseRehearsal } from '../parse/parse-rehearsal.js';
import { createManualClock } from '../testing/manual-clock.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { createRehearsedRunner } from '../testing/rehearsed-runner.js';
import { rehearsedDurations, rehearsePlan } from './rehearse-plan.js';
import { runPlan } from './run-plan.js';

/** A run worked out by hand: `gives` is [starts, settles, outcome] per task, `run` [outcome, exit code, end]; in seconds. */
interface WorkedExample {
  readonly what: string;
  readonly file: unknown;
  readonly with: unknown;
  readonly concurrency?: number;
  readonly gives: Readonly<Record<string, readonly [number | null, number, string]>>;
  readonly run: readonly [string, number, number];
}

const path = fileURLToPath(new URL('../../../../../shared/design/worked-examples.yaml', import.meta.url));
const examples = parse(readFileSync(path, 'utf8')) as readonly WorkedExample[];

function valueOf<Value>(checked: Checked<Value>): Value {
  if (!checked.ok) throw new Error(checked.diagnostics.map(({ message }) => message).join('\n'));
  return checked.value;
}

function compileExample(example: WorkedExample): { readonly plan: Plan; readonly rehearsal: Rehearsal } {
  const source = { path: 'flotilla.yaml', text: stringify(example.file) };
  const file = valueOf(parseDeploymentFile(source, { folderName: 'shop', parameters: {}, environment: {} }));
  const told = { path: 'rehearsal.yaml', text: stringify({ tasks: example.with }) };
  return { plan: valueOf(compilePlan(file)), rehearsal: valueOf(parseRehearsal(told, file)) };
}

function expectWorkedOut(settled: RunSettled, { gives, run }: WorkedExample): void {
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  const given = settled.tasks.map(({ task, startedAt, settledAt, outcome }) => [
    task,
    [seconds(startedAt), seconds(settledAt), outcome],
  ]);
  expect(Object.fromEntries(given)).toEqual(gives);
  expect([settled.outcome, settled.exitCode, settled.durationMs / 1000]).toEqual(run);
}

test('there are fifteen of them', () => {
  expect(examples).toHaveLength(15);
});

describe.each(examples)('$what', (example) => {
  test('rehearsed', () => {
    const { plan, rehearsal } = compileExample(example);
    const { sink } = createRecordingSink();
    expectWorkedOut(rehearsePlan(plan, rehearsal, { sink, concurrency: example.concurrency }), example);
  });

  test('run: the same events', async () => {
    const { plan, rehearsal } = compileExample(example);
    const { concurrency } = example;
    const rehearsed = createRecordingSink();
    rehearsePlan(plan, rehearsal, { sink: rehearsed.sink, run: 'r', cluster: 'c', concurrency });
    const recording = createRecordingSink();
    const clock = createManualClock();
    const runner = createRehearsedRunner(rehearsal, clock);
    const durations = rehearsedDurations(rehearsal);
    const { sink } = recording;
    const done = runPlan(plan, { run: 'r', cluster: 'c', runner, clock, sink, durations, concurrency });
    expectWorkedOut(await clock.runUntil(done), example);
    expect(recording.events).toEqual(rehearsed.events);
    expect(clock.waiting()).toBe(0);
  });
});
