import type { WrittenEntry, WrittenFile, WrittenRehearsal, WrittenStep } from './written-file.js';

/** A random workflow, how its tasks behave, and how many may be in flight. */
export interface WrittenRun {
  readonly file: WrittenFile;
  readonly rehearsal: WrittenRehearsal;
  readonly concurrency: number | undefined;
}

/** Draws a whole number from 0 to below `limit`. */
export type Draw = (limit: number) => number;

/**
 * Random workflows of every form with few, coarse durations, so that much falls on one instant; up to `sizeMax`
 * services, jobs and charts each. Most of them compile; `needs` may close a circle.
 */
export function drawRun(draw: Draw, sizeMax: number): WrittenRun {
  const file = drawFile(draw, sizeMax);
  const concurrency = chance(draw, [1, 2]) ? undefined : 1 + draw(4);
  return { file, rehearsal: drawRehearsal(draw, file), concurrency };
}

function drawFile(draw: Draw, sizeMax: number): WrittenFile {
  const serviceNames = names('s', draw(sizeMax + 1));
  const services = serviceNames.map((name) => ({
    name,
    dependsOn: someOf(
      draw,
      serviceNames.filter((other) => other !== name),
      2,
    ),
    ...some(draw, { timeoutMs: [shortTime, 5] }),
  }));
  const jobs = names('j', draw(sizeMax + 1)).map((name) => ({
    name,
    ...some(draw, { haltOnError: [flag, 5], completedTimeoutMs: [shortTime, 5], attempts: [fewAttempts, 3] }),
  }));
  const charts = names('c', draw(Math.ceil(sizeMax / 3) + 1)).map((name) => ({ name }));
  const sections = { services, jobs, charts };
  const placed = drawPlacement(draw, sections);
  if (chance(draw, [3, 4]))
    return { ...sections, workflow: { form: 'parallelize', steps: drawSteps(draw, placed) } };
  const known = placed.flatMap(({ members }) => members);
  const entries = placed.map((place) => drawEntry(draw, place, known));
  return { ...sections, workflow: { form: 'order_from', entries } };
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
    const named = all.filter(() => chance(draw, [2, 3]));
    const byName = named.map((task) => ({ task, members: [task] }));
    const members = all.filter((task) => !named.includes(task));
    return chance(draw, [1, 2]) ? [...byName, { task: `${section}.all`, members }] : byName;
  });
  if (placed.length > 0 && chance(draw, [7, 8])) return shuffle(draw, placed);
  const task = pick(draw, ['release.remove_environment', 'environment.remove']);
  return shuffle(draw, [...placed, { task, members: ['release.remove_environment'] }]);
}

function drawSteps(draw: Draw, placed: readonly Placed[]): readonly WrittenStep[] {
  const groups: Placed[][] = [];
  for (const place of placed) {
    const last = groups.at(-1);
    if (last === undefined || chance(draw, [1, 2])) groups.push([place]);
    else last.push(place);
  }
  const known = [...groups.map((_, order) => `step${order}`), ...placed.flatMap(({ members }) => members)];
  return groups.map((group, order) => ({
    name: `step${order}`,
    ...some(draw, { waitForFinish: [flag, 3], haltOnError: [flag, 6] }),
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
    ...some(draw, {
      needs: [() => someOf(draw, others, 3), 4],
      haltOnError: [flag, 8],
      waitForFinish: [flag, 5],
      timeoutMs: [shortTime, 6],
    }),
    ...(task.startsWith('jobs.') ? some(draw, { attempts: [fewAttempts, 4] }) : {}),
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
    .filter(() => chance(draw, [9, 10]))
    .map((id) => {
      const takesMs = drawTime(draw);
      if (chance(draw, [2, 3])) return [id, { takesMs }] as const;
      const heals = id.startsWith('jobs.') ? {} : some(draw, { healsMs: [drawTime, 2] });
      return [id, { takesMs, fails: 'bad command', ...heals }] as const;
    });
  return Object.fromEntries(behaviours);
}

const shortTimes = [1000, 2000, 2500, 4000, 6000];
const longTimes = [600_000, 600_001, 700_000, 1_200_000, 1_300_000];

function drawTime(draw: Draw): number {
  if (chance(draw, [6, 10])) return draw(9) * 1000;
  if (chance(draw, [1, 2])) return draw(17) * 500;
  return chance(draw, [1, 2]) ? draw(10_000) : pick(draw, longTimes);
}

function chance(draw: Draw, [of, outOf]: readonly [number, number]): boolean {
  return draw(outOf) < of;
}

function pick<Value>(draw: Draw, values: readonly Value[]): Value {
  const picked = values[draw(values.length)];
  if (picked === undefined) throw new Error('Bug: there is nothing to pick from.');
  return picked;
}

function shuffle<Value>(draw: Draw, values: readonly Value[]): readonly Value[] {
  return values
    .map((value) => ({ value, at: draw(2 ** 30) }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ value }) => value);
}

function someOf<Value>(draw: Draw, values: readonly Value[], sizeMax: number): readonly Value[] {
  return shuffle(draw, values).slice(0, draw(sizeMax + 1));
}

const shortTime = (draw: Draw): number => pick(draw, shortTimes);
const flag = (draw: Draw): boolean => chance(draw, [1, 2]);
const fewAttempts = (draw: Draw): number => 1 + draw(3);

/** Once in so many times, a value. */
type Odds<Value> = readonly [value: (draw: Draw) => Value, onceIn: number];

// The keys that were drawn, each with its value.
function some<Values extends object>(
  draw: Draw,
  odds: { readonly [Key in keyof Values]: Odds<Values[Key]> },
): Partial<Values> {
  const drawn: Partial<Values> = {};
  for (const key in odds) {
    const [value, onceIn] = odds[key];
    if (chance(draw, [1, onceIn])) drawn[key] = value(draw);
  }
  return drawn;
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}
