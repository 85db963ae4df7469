import fc from 'fast-check';
import type { Plan } from '../domain/plan.js';
import { parseText } from '../testing/format-compiled.js';
import { compilePlan } from './compile-plan.js';

/** A random workflow: services in steps, dependencies and needs anywhere, circles included. */
interface Spec {
  readonly steps: readonly { readonly wait: boolean; readonly tasks: readonly TaskSpec[] }[];
}

interface TaskSpec {
  readonly wait: boolean | undefined;
  readonly dependsOn: readonly number[];
  readonly needs: readonly (number | string)[] | undefined;
}

const target = fc.nat({ max: 8 });
const task: fc.Arbitrary<TaskSpec> = fc.record({
  wait: fc.option(fc.boolean(), { nil: undefined }),
  dependsOn: fc.uniqueArray(target, { maxLength: 3 }),
  needs: fc.option(fc.array(fc.oneof(target, fc.constantFrom('s0', 's1', 's2')), { maxLength: 2 }), {
    nil: undefined,
    freq: 3,
  }),
});
const spec: fc.Arbitrary<Spec> = fc.record({
  steps: fc.array(fc.record({ wait: fc.boolean(), tasks: fc.array(task, { minLength: 1, maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
});

const allTasks = ({ steps }: Spec) =>
  steps.flatMap(({ tasks }, stepAt) => tasks.map((one) => ({ ...one, stepAt })));

/** Only names that exist: unknown ones have tests of their own. */
function known(made: Spec): Spec {
  const count = allTasks(made).length;
  const fits = (need: number | string) =>
    typeof need === 'number' ? need < count : Number(need.slice(1)) < made.steps.length;
  const steps = made.steps.map((step) => ({
    ...step,
    tasks: step.tasks.map((one) => ({
      ...one,
      dependsOn: one.dependsOn.filter(fits),
      needs: one.needs?.filter(fits),
    })),
  }));
  return { steps };
}

function write(made: Spec, definitionOrder: readonly number[]): string {
  const tasks = allTasks(made);
  const definitions = definitionOrder.map(
    (at) => `{name: t${at}, depends_on: [${tasks[at]!.dependsOn.map((on) => `t${on}`).join(', ')}]}`,
  );
  let at = 0;
  const steps = made.steps.map((step, stepAt) => {
    const entries = step.tasks.map(({ wait, needs }) => {
      const keys = [`task: services.t${at++}`];
      if (wait !== undefined) keys.push(`wait_for_finish: ${String(wait)}`);
      const names = needs?.map((need) => (typeof need === 'number' ? `services.t${need}` : need));
      if (names !== undefined) keys.push(`needs: [${names.join(', ')}]`);
      return `{${keys.join(', ')}}`;
    });
    return `{step: s${stepAt}, wait_for_finish: ${String(step.wait)}, tasks: [${entries.join(', ')}]}`;
  });
  return `services: [${definitions.join(', ')}]\nworkflows: [{name: setup, parallelize: [${steps.join(', ')}]}]\n`;
}

/** The rules word by word, task by task, without gates or reduction: which tasks each one waits for. */
function directWaits(made: Spec): readonly (readonly number[])[] {
  const tasks = allTasks(made);
  const places = tasks.map((_, place) => place);
  const isWaited = (place: number) => tasks[place]!.wait ?? made.steps[tasks[place]!.stepAt]!.wait;
  return tasks.map(({ stepAt, needs, dependsOn }) => {
    if (needs !== undefined) {
      return needs.flatMap((need) =>
        typeof need === 'number' ? [need] : places.filter((place) => `s${tasks[place]!.stepAt}` === need),
      );
    }
    const earlier = places.filter((place) => tasks[place]!.stepAt < stepAt && isWaited(place));
    return [...earlier, ...dependsOn.filter((on) => tasks[on]!.stepAt <= stepAt)];
  });
}

function reach<Node>(from: Node, next: (node: Node) => readonly Node[]): ReadonlySet<Node> {
  const met = new Set<Node>();
  const pending = [...next(from)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (met.has(node)) continue;
    met.add(node);
    pending.push(...next(node));
  }
  return met;
}

function compileSpec(made: Spec, definitionOrder = allTasks(made).map((_, at) => at)) {
  return compilePlan(parseText(write(made, definitionOrder)));
}

/** Runs a check on every random workflow that has a plan. */
function forPlans(check: (plan: Plan, made: Spec) => void): void {
  fc.assert(
    fc.property(spec.map(known), (made) => {
      const compiled = compileSpec(made);
      if (compiled.ok) check(compiled.value, made);
    }),
    { numRuns: 400 },
  );
}

test('a task waits for exactly those tasks that the rules name, and a circle among them is an error', () => {
  fc.assert(
    fc.property(spec.map(known), (made) => {
      const waits = directWaits(made);
      const before = waits.map((_, place) => reach(place, (at) => waits[at]!));
      const compiled = compileSpec(made);
      expect(compiled.ok).toBe(!before.some((places, place) => places.has(place)));
      if (!compiled.ok) return;
      const plan = compiled.value;
      for (const [place, places] of before.entries()) {
        const met = reach(plan.tasks[place]!.id as string, (id) =>
          plan.dependencies(id as never).map(({ from }) => from),
        );
        const expected = [...places].map((at) => `services.t${at}`).toSorted();
        expect([...met].filter((id) => id.startsWith('services.')).toSorted()).toEqual(expected);
      }
    }),
    { numRuns: 400 },
  );
});

test('every edge is necessary: without it its ends are no longer ordered', () => {
  forPlans((plan) => {
    for (const edge of plan.edges) {
      const others = (id: string) =>
        plan.edges.filter((other) => other !== edge && other.from === id).map(({ to }) => to as string);
      expect(reach(edge.from as string, others).has(edge.to)).toBe(false);
    }
  });
});

test('nodes stand after everything they wait for, and tasks in file order', () => {
  forPlans((plan, made) => {
    const position = new Map(plan.nodes.map(({ id }, at) => [id, at]));
    expect(plan.edges.filter(({ from, to }) => position.get(from)! >= position.get(to)!)).toEqual([]);
    expect(plan.tasks.map(({ name }) => name)).toEqual(allTasks(made).map((_, at) => `t${at}`));
  });
});

test('the order of definitions that are listed by name changes nothing', () => {
  const shuffled = spec.map(known).chain((made) => {
    const places = allTasks(made).map((_, at) => at);
    return fc.tuple(
      fc.constant(made),
      fc.shuffledSubarray(places, { minLength: places.length, maxLength: places.length }),
    );
  });
  fc.assert(
    fc.property(shuffled, ([made, order]) => {
      const [plain, moved] = [compileSpec(made), compileSpec(made, order)];
      expect(moved.ok && moved.value.digest).toBe(plain.ok && plain.value.digest);
      expect(moved.ok && moved.value.nodes.map(({ id }) => id)).toEqual(
        plain.ok && plain.value.nodes.map(({ id }) => id),
      );
    }),
  );
});
