import fc from 'fast-check';
import type { WrittenEntry, WrittenFile, WrittenRehearsal, WrittenStep } from './written-file.js';

/** A random workflow, how its tasks behave, and how many may be in flight. */
export interface WrittenRun {
  readonly file: WrittenFile;
  readonly rehearsal: WrittenRehearsal;
  readonly concurrency: number | undefined;
}

/** Draws one value. */
type Draw = <Value>(arbitrary: fc.Arbitrary<Value>) => Value;

export interface ArbitraryRunOptions {
  /** Up to how many services, jobs and charts each. Default 6. */
  readonly sizeMax?: number;
}

/**
 * Random workflows of every form with few, coarse durations, so that much falls on one instant. Most of them compile;
 * `needs` may close a circle.
 */
export function arbitraryRun({ sizeMax = 6 }: ArbitraryRunOptions = {}): fc.Arbitrary<WrittenRun> {
  return fc.gen().map((gen) => {
    const draw: Draw = (arbitrary) => gen(constantly, arbitrary);
    const file = drawFile(draw, sizeMax);
    const concurrency = draw(fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }));
    return { file, rehearsal: drawRehearsal(draw, file), concurrency };
  });
}

function constantly<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return arbitrary;
}

function drawFile(draw: Draw, sizeMax: number): WrittenFile {
  const size = fc.nat({ max: sizeMax });
  const serviceNames = names('s', draw(size));
  const services = serviceNames.map((name) => ({
    name,
    dependsOn: draw(
      someOf(
        serviceNames.filter((other) => other !== name),
        2,
      ),
    ),
    ...maybe(draw, 'timeoutMs', shortTimes, 5),
  }));
  const jobs = names('j', draw(size)).map((name) => ({
    name,
    ...maybe(draw, 'haltOnError', fc.boolean(), 5),
    ...maybe(draw, 'completedTimeoutMs', shortTimes, 5),
    ...maybe(draw, 'attempts', fc.integer({ min: 1, max: 3 }), 3),
  }));
  const charts = names('c', draw(fc.nat({ max: Math.ceil(sizeMax / 3) }))).map((name) => ({ name }));
  const sections = { services, jobs, charts };
  const form = draw(fc.constantFrom('parallelize', 'parallelize', 'parallelize', 'order_from'));
  const placed = drawPlacement(draw, sections);
  if (form === 'parallelize') return { ...sections, workflow: { form, steps: drawSteps(draw, placed) } };
  const known = placed.flatMap(({ members }) => members);
  return { ...sections, workflow: { form, entries: placed.map((place) => drawEntry(draw, place, known)) } };
}

interface Placed {
  readonly task: string;
  /** Itself, or what an `X.all` stands for. */
  readonly members: readonly string[];
}

// Which tasks the workflow lists, in which order; some by an X.all, some not at all.
function drawPlacement(
  draw: Draw,
  sections: Pick<WrittenFile, 'services' | 'jobs' | 'charts'>,
): readonly Placed[] {
  const placed = (['services', 'jobs', 'charts'] as const).flatMap((section): readonly Placed[] => {
    const all = sections[section].map(({ name }) => `${section}.${name}`);
    const named = all.filter(() => draw(chance(2, 3)));
    const byName = named.map((task) => ({ task, members: [task] }));
    const rest = all.filter((task) => !named.includes(task));
    return draw(chance(1, 2)) ? [...byName, { task: `${section}.all`, members: rest }] : byName;
  });
  const removal = draw(fc.constantFrom('release.remove_environment', 'environment.remove'));
  if (placed.length === 0 || draw(chance(1, 8)))
    placed.push({ task: removal, members: ['release.remove_environment'] });
  return draw(fc.shuffledSubarray(placed, { minLength: placed.length }));
}

function drawSteps(draw: Draw, placed: readonly Placed[]): readonly WrittenStep[] {
  const groups: Placed[][] = [];
  for (const place of placed) {
    const last = groups.at(-1);
    if (last === undefined || draw(chance(1, 2))) groups.push([place]);
    else last.push(place);
  }
  const stepNames = groups.map((_, order) => `step${order}`);
  const known = [...stepNames, ...placed.flatMap(({ members }) => members)];
  return groups.map((group, order) => ({
    name: `step${order}`,
    ...maybe(draw, 'waitForFinish', fc.boolean(), 3),
    ...maybe(draw, 'haltOnError', fc.boolean(), 6),
    entries: group.map((place) =>
      drawEntry(
        draw,
        place,
        known.filter((name) => name !== `step${order}`),
      ),
    ),
  }));
}

function drawEntry(draw: Draw, { task, members }: Placed, known: readonly string[]): WrittenEntry {
  const others = known.filter((name) => !members.includes(name));
  return {
    task,
    ...maybe(draw, 'needs', someOf(others, 3), 4),
    ...maybe(draw, 'haltOnError', fc.boolean(), 8),
    ...maybe(draw, 'waitForFinish', fc.boolean(), 5),
    ...maybe(draw, 'timeoutMs', shortTimes, 6),
    ...(task.startsWith('jobs.') ? maybe(draw, 'attempts', fc.integer({ min: 1, max: 3 }), 4) : {}),
  };
}

function drawRehearsal(draw: Draw, { services, jobs, charts }: WrittenFile): WrittenRehearsal {
  const ids = [
    ...services.map(({ name }) => `services.${name}`),
    ...jobs.map(({ name }) => `jobs.${name}`),
    ...charts.map(({ name }) => `charts.${name}`),
    'release.remove_environment',
  ];
  const behaviours = ids
    .filter(() => draw(chance(9, 10)))
    .map((id) => {
      const fails = draw(chance(1, 3)) ? { fails: 'bad command' } : {};
      const heals = 'fails' in fails && !id.startsWith('jobs.') ? maybe(draw, 'healsMs', times, 2) : {};
      return [id, { takesMs: draw(times), ...fails, ...heals }] as const;
    });
  return Object.fromEntries(behaviours);
}

const shortTimes = fc.constantFrom(1000, 2000, 2500, 4000, 6000);
const times = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 8 }).map((seconds) => seconds * 1000) },
  { weight: 2, arbitrary: fc.nat({ max: 16 }).map((halves) => halves * 500) },
  { weight: 1, arbitrary: fc.nat({ max: 9999 }) },
  { weight: 1, arbitrary: fc.constantFrom(600_000, 600_001, 700_000, 1_200_000, 1_300_000) },
);

function chance(of: number, outOf: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: outOf - 1 }).map((drawn) => drawn < of);
}

function someOf<Value>(values: readonly Value[], sizeMax: number): fc.Arbitrary<readonly Value[]> {
  return fc.shuffledSubarray([...values], { maxLength: Math.min(sizeMax, values.length) });
}

// The key with a value once in so many times, else no key.
function maybe<Key extends string, Value>(
  draw: Draw,
  key: Key,
  ...[arbitrary, onceIn]: readonly [fc.Arbitrary<Value>, number]
): { readonly [K in Key]?: Value } {
  return draw(chance(1, onceIn)) ? ({ [key]: draw(arbitrary) } as { readonly [K in Key]: Value }) : {};
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}
