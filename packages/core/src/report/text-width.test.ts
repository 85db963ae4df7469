import fc from 'fast-check';
import { explainTask } from '../compile/explain-task.js';
import type { RunEvent } from '../domain/event.js';
import { builtInDurations } from '../domain/rehearsal.js';
import { rehearsePlan } from '../execute/rehearse-plan.js';
import { compileText } from '../testing/compile-text.js';
import { planToText } from './plan-text.js';
import { renderExplanation } from './render-explanation.js';
import { runStateOf } from './run-state.js';
import { formatSummary } from './summary.js';
import { columnsOf } from './text-layout.js';
import { timelineToText } from './timeline/timeline-text.js';

test('the columns of a text are those that a terminal gives it', () => {
  expect(['shop', '商店', 'カート', 'ｶｰﾄ', '주문', 'é', 'e\u0301', '→█'].map(columnsOf)).toEqual([
    4, 4, 6, 3, 4, 1, 1, 2,
  ]);
});

interface WrittenTask {
  readonly back: number;
  readonly relation: 'none' | 'depends_on' | 'needs';
  readonly waits: boolean;
  readonly halts: boolean;
  readonly fails: boolean;
}

interface WrittenStep {
  readonly name: string;
  readonly tasks: readonly WrittenTask[];
}

const taskName = fc.stringMatching(/^[a-z]([a-z0-9-]{0,24}[a-z0-9])?$/);
const stepName = fc.oneof(taskName, fc.stringMatching(/^[一-龥カートショップ]{1,30}$/));
const written: fc.Arbitrary<readonly WrittenStep[]> = fc.uniqueArray(
  fc.record({
    name: stepName,
    tasks: fc.array(
      fc.record({
        back: fc.nat(5),
        relation: fc.constantFrom('none' as const, 'depends_on' as const, 'needs' as const),
        waits: fc.boolean(),
        halts: fc.boolean(),
        fails: fc.boolean(),
      }),
      { minLength: 1, maxLength: 9 },
    ),
  }),
  { minLength: 1, maxLength: 6, selector: ({ name }) => name },
);

function fileOf(steps: readonly WrittenStep[], stem: string): string {
  const names: string[] = [];
  const services: object[] = [];
  const parallelize = steps.map(({ name, tasks }) => ({
    step: name,
    tasks: tasks.map(({ back, relation, waits, halts }) => {
      const own = `${stem}-${names.length}`;
      const other = names.at(-1 - back);
      names.push(own);
      services.push({
        name: own,
        ...(relation === 'depends_on' && other !== undefined && { depends_on: [other] }),
      });
      const needs = relation === 'needs' && other !== undefined ? [`services.${other}`] : undefined;
      return { task: `services.${own}`, wait_for_finish: waits, halt_on_error: halts, needs };
    }),
  }));
  return JSON.stringify({ name: 'shop', services, workflows: [{ name: 'setup', parallelize }] });
}

function tooWide(text: string, width: number): readonly string[] {
  return text.split('\n').filter((line) => columnsOf(line) > width);
}

test('plans, timelines, summaries and explanations keep to the width they are given', () => {
  fc.assert(
    fc.property(written, taskName, fc.integer({ min: 80, max: 120 }), (steps, stem, width) => {
      const plan = compileText(fileOf(steps, stem));
      const fails = steps.flatMap(({ tasks }) => tasks);
      const tasks = plan.tasks.map(({ id }, at) => {
        const failing = fails[at]?.fails === true ? { fails: 'exit code 1' } : {};
        return [id, { takesMs: 1000 * (at + 1), ...failing }] as const;
      });
      const events: RunEvent[] = [];
      const sink = (event: RunEvent): void => void events.push(event);
      rehearsePlan(plan, { defaults: builtInDurations, tasks: new Map(tasks) }, { sink });
      const options = { color: false, width };
      const texts = [
        planToText(plan, options),
        timelineToText(events, { ...options, withoutBarriersMs: 1000 }),
        formatSummary(runStateOf(events), options),
        ...plan.tasks.map(({ id }) => renderExplanation(explainTask(plan, id), options)),
      ];
      for (const text of texts) expect(tooWide(text, width)).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);
