import fc from 'fast-check';
import type { Plan } from '../../domain/plan.js';
import { buildPlan, type BuiltStep } from '../../testing/build-plan.js';
import type { Card, Point } from './geometry.js';
import { layoutPlan } from './layout-plan.js';

/** Plans of up to 5 steps with up to 12 tasks each that depend on, or need, tasks before them. */
const plans: fc.Arbitrary<Plan> = fc
  .array(
    fc.array(fc.record({ back: fc.nat(8), held: fc.nat(3), waits: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((steps) => {
    const ids: string[] = [];
    return buildPlan(
      steps.map((tasks, at): BuiltStep => ({
        name: `step-${at}`,
        tasks: tasks.map(({ back, held, waits }) => {
          const id = `services.service-${ids.length}`;
          const before = ids[ids.length - 1 - back];
          ids.push(id);
          const waitForFinish = waits;
          if (before === undefined || held === 0) return { id, waitForFinish };
          return held === 1
            ? { id, waitForFinish, needs: [before] }
            : { id, waitForFinish, dependsOn: [before] };
        }),
      })),
    );
  });

function overlap(one: Card, other: Card): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

test('every task has a card inside its step, and no two cards overlap', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { bands, cards, width, height } = layoutPlan(plan, 1040);
      expect([...cards.keys()].toSorted()).toEqual(plan.tasks.map(({ id }) => id).toSorted());
      for (const band of bands) {
        expect(band.cards.map(({ task }) => task.step)).toEqual(band.cards.map(() => band.step.name));
        for (const card of band.cards) {
          expect(card.x).toBeGreaterThan(band.x);
          expect(card.x + card.width).toBeLessThanOrEqual(band.x + band.width);
          expect(card.y).toBeGreaterThan(band.y);
          expect(card.y + card.height).toBeLessThan(band.y + band.height);
        }
        expect(band.x + band.width).toBeLessThan(width);
        expect(band.y + band.height).toBeLessThan(height);
      }
      const all = [...cards.values()];
      for (const [at, one] of all.entries())
        for (const other of all.slice(at + 1)) expect(overlap(one, other)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('steps stand below each other in order; those that nothing waits for are set off', () => {
  const { bands } = layoutPlan(
    buildPlan([
      { name: 'one', tasks: [{ id: 'services.a' }] },
      { name: 'loose', tasks: [{ id: 'services.b', waitForFinish: false }] },
      { name: 'two', tasks: [{ id: 'services.c' }] },
    ]),
    1040,
  );
  expect(bands.map(({ step, number, floats }) => [step.name, number, floats])).toEqual([
    ['one', 1, false],
    ['loose', 2, true],
    ['two', 3, false],
  ]);
  const [one, loose, two] = bands;
  expect(loose?.x).toBeGreaterThan(one?.x ?? Infinity);
  expect(two?.x).toBe(one?.x);
  expect(two?.y).toBeGreaterThan((loose?.y ?? 0) + (loose?.height ?? 0));
});

test('every declared dependency has a line from its one end to its other', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { links, cards } = layoutPlan(plan, 1040);
      const declared = plan.edges.filter(({ reasons }) => reasons.some(({ kind }) => kind !== 'step-order'));
      expect(links.map(({ edge }) => edge).toSorted(byEnds)).toEqual(declared.toSorted(byEnds));
      for (const { edge, points } of links) {
        const [from, to] = [edge.from, edge.to].map((id) =>
          [...cards.values()].find(({ task }) => task.id === id),
        );
        expect(touches(from, points[0])).toBe(true);
        expect(touches(to, points.at(-1))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

function byEnds(one: { from: string; to: string }, other: { from: string; to: string }): number {
  return `${one.from} ${one.to}` < `${other.from} ${other.to}` ? -1 : 1;
}

function touches(card: Card | undefined, point: Point | undefined): boolean {
  if (card === undefined || point === undefined) return false;
  const [right, bottom] = [card.x + card.width, card.y + card.height];
  return point.x >= card.x - 1 && point.x <= right + 1 && point.y >= card.y - 1 && point.y <= bottom + 1;
}

test('lines between steps run right of all bands, each in a lane of its own while they overlap', () => {
  const first = Array.from({ length: 3 }, (_, at) => ({ id: `services.a${at}`, waitForFinish: false }));
  const { links, bands } = layoutPlan(
    buildPlan([
      { name: 'first', tasks: first },
      { name: 'second', tasks: first.map(({ id }, at) => ({ id: `services.b${at}`, needs: [id] })) },
    ]),
    1040,
  );
  const lanes = links.map(({ points }) => Math.max(...points.map(({ x }) => x)));
  expect(new Set(lanes).size).toBe(3);
  for (const lane of lanes) expect(lane).toBeGreaterThan(Math.max(...bands.map(({ x, width }) => x + width)));
});
