import fc from 'fast-check';
import { compilePlan } from '../compile/compile-plan.js';
import type { RunEvent, RunSettled } from '../domain/event.js';
import type { Plan } from '../domain/plan.js';
import type { Rehearsal } from '../domain/rehearsal.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { parseRehearsal } from '../parse/parse-rehearsal.js';
import { createManualClock } from '../testing/manual-clock.js';
import type { WrittenRun } from '../testing/draw-run.js';
import { arbitraryRun } from '../testing/model/arbitrary-run.js';
import { simulateRun, type ModelRun } from '../testing/model/simulate-run.js';
import { fileText, rehearsalText, type WrittenFile, type WrittenRehearsal } from '../testing/written-file.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { createRehearsedRunner } from '../testing/rehearsed-runner.js';
import { rehearsedDurations, rehearsePlan } from './rehearse-plan.js';
import { runPlan } from './run-plan.js';

// More by hand: AGREEMENT_RUNS=20000 npx jest -c packages/core/jest.config.js agreement
jest.setTimeout(600_000);
const numRuns = Number(process.env['AGREEMENT_RUNS'] ?? 400);

interface Compiled {
  readonly plan: Plan;
  readonly rehearsal: Rehearsal;
}

/** The plan, or the codes of the errors for which there is none. */
function compileRun({ file, rehearsal }: WrittenRun): Compiled | readonly string[] {
  const source = { path: 'flotilla.yaml', text: fileText(file) };
  const parsed = parseDeploymentFile(source, { folderName: 'model', parameters: {}, environment: {} });
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'));
  const told = parseRehearsal({ path: 'rehearsal.yaml', text: rehearsalText(rehearsal) }, parsed.value);
  if (!told.ok) throw new Error(told.diagnostics.map(({ message }) => message).join('\n'));
  const compiled = compilePlan(parsed.value);
  if (compiled.ok) return { plan: compiled.value, rehearsal: told.value };
  return compiled.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

function isCompiled(compiled: Compiled | readonly string[]): compiled is Compiled {
  return 'plan' in compiled;
}

/** A run in the words of the model. */
function inModelWords(plan: Plan, events: readonly RunEvent[], settled: RunSettled): ModelRun {
  return {
    outcome: settled.outcome,
    exitCode: settled.exitCode,
    endsAt: settled.durationMs,
    tasks: settled.tasks.map(({ task, startedAt, settledAt, outcome }) => {
      const recovered = events.find((event) => event.type === 'task-recovered' && event.task === task);
      return [task, startedAt, settledAt, outcome + culpritOf(events, task), recovered?.at ?? null];
    }),
    opened: plan.steps.map(
      ({ name }) => events.find((event) => event.type === 'step-opened' && event.step === name)?.at ?? null,
    ),
  };
}

function culpritOf(events: readonly RunEvent[], task: string): string {
  const event = events.find((one) => one.type === 'task-settled' && one.task === task);
  if (event?.type !== 'task-settled' || !('culprit' in event.outcome)) return '';
  return ` by ${event.outcome.culprit ?? ''}`;
}

/** Nothing fails and nothing takes time: then only a circle keeps the run from its end. */
function withoutFailures({ services, jobs, charts }: WrittenFile): WrittenRehearsal {
  const ids = [
    ...services.map(({ name }) => `services.${name}`),
    ...jobs.map(({ name }) => `jobs.${name}`),
    ...charts.map(({ name }) => `charts.${name}`),
    'release.remove_environment',
  ];
  return Object.fromEntries(ids.map((id) => [id, { takesMs: 0 }]));
}

/** How the same plan runs on a clock, with tasks that behave as the rehearsal says. */
async function runOnClock(
  { plan, rehearsal }: Compiled,
  concurrency: number | undefined,
): Promise<readonly RunEvent[]> {
  const clock = createManualClock();
  const { sink, events } = createRecordingSink();
  const runner = createRehearsedRunner(rehearsal, clock);
  const durations = rehearsedDurations(rehearsal);
  await clock.runUntil(
    runPlan(plan, { run: 'r', cluster: 'c', runner, clock, sink, durations, concurrency }),
  );
  expect(clock.waiting()).toBe(0);
  return events;
}

describe('random workflows', () => {
  test('a rehearsal agrees with the naive model of semantics.md, to the millisecond', () => {
    const seen = { agreed: 0, circles: 0 };
    fc.assert(
      fc.property(arbitraryRun(), (written) => {
        const { file, rehearsal, concurrency } = written;
        const compiled = compileRun(written);
        if (!isCompiled(compiled)) {
          expect(new Set(compiled)).toEqual(new Set(['compile/cycle']));
          expect(simulateRun(file, withoutFailures(file))).toBeUndefined();
          seen.circles += 1;
          return;
        }
        const { sink, events } = createRecordingSink();
        const settled = rehearsePlan(compiled.plan, compiled.rehearsal, { sink, concurrency });
        expect(inModelWords(compiled.plan, events, settled)).toEqual(
          simulateRun(file, rehearsal, concurrency),
        );
        seen.agreed += 1;
      }),
      { numRuns },
    );
    expect(seen.agreed).toBeGreaterThan(numRuns / 2);
    expect(seen.circles).toBeGreaterThan(0);
  });

  test('a run on a clock has the very events of the rehearsal', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun(), async (written) => {
        const compiled = compileRun(written);
        fc.pre(isCompiled(compiled));
        if (!isCompiled(compiled)) return;
        const { concurrency } = written;
        const { sink, events } = createRecordingSink();
        rehearsePlan(compiled.plan, compiled.rehearsal, { sink, run: 'r', cluster: 'c', concurrency });
        expect(await runOnClock(compiled, concurrency)).toEqual(events);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });
});
