import type { JournalMode } from '../record/journal/open-journal.js';
import { drawFate } from './draw-fate.js';
import { printEnd } from './print-end.js';
import { SimulatedWorld } from './simulated-world.js';
import type { RunOrder } from './run-order.js';
import type { RunEnd, WorldOptions } from './simulated-world.js';
import type { Version } from './draw-workload.js';
import type { SeededRandom } from './seeded-random.js';
import { calm, drawWeather } from './weather.js';

/** What became of one simulated world. */
export interface SeedResult {
  readonly seed: number;
  /** Processes by what they did (`deploy`, `rollback`, `history`), and what befell them (`death`, `freeze`, `signal`). */
  readonly counts: ReadonlyMap<string, number>;
  readonly requests: number;
  /** By kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  /** What must never be and was. */
  readonly violations: readonly string[];
  /** All that happened, a line each; the same for the same seed, byte by byte. */
  readonly trace: readonly string[];
}

/** Every world is over by then. */
const endOfTimeMs = 24 * 3_600_000;
const mostMishaps = 3;

/**
 * Plays one world: a few people deploy versions of one deployment and roll them back, at the same time or one after the
 * other, over a bad network, cut off, frozen, stopped and starting again, with others who meddle. At last the weather is
 * calm, and one more run must bring all to what was asked.
 */
export async function simulateSeed(seed: number, options: WorldOptions = {}): Promise<SeedResult> {
  const world = new SimulatedWorld(seed, options);
  try {
    await world.clock.runUntil(play(world), endOfTimeMs);
  } catch (error) {
    world.violate(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  world.close();
  const { counts, violations, trace, wire } = world;
  const virtualMs = world.clock.now();
  return { seed, counts, requests: wire.requests, faults: wire.faults, virtualMs, violations, trace };
}

async function play(world: SimulatedWorld): Promise<void> {
  const random = world.random.fork('story');
  world.wire.weather = drawWeather(random);
  const people = Array.from({ length: 1 + random.below(3) }, (_, at) => at);
  const over = new AbortController();
  const troubles = [
    ...(random.chance(0.3) ? [restarts(world, random.fork('restarts'), over.signal)] : []),
    ...(random.chance(0.3) ? [meddling(world, random.fork('outsiders'), over.signal)] : []),
  ];
  const withinMs = random.pick([2_000, 20_000, 90_000]);
  await Promise.all(people.map((at) => person(world, { at, withinMs, random: random.fork(`person ${at}`) })));
  over.abort();
  await Promise.all(troubles);
  await lastRun(world);
}

interface Person {
  readonly at: number;
  /** Begins at some moment of this time. */
  readonly withinMs: number;
  readonly random: SeededRandom;
}

/** Deploys or rolls back, and starts again after being cut off or stopped. */
async function person(world: SimulatedWorld, { at, withinMs, random }: Person): Promise<void> {
  const { clock, workload, sabotage } = world;
  const version = random.pick<Version>(workload.versions);
  const { clockError, blows } = drawFate(random);
  const machine = { version, clockError: sabotage.clocks?.[at % sabotage.clocks.length] ?? clockError };
  await clock.until(clock.now() + random.below(withinMs));
  for (let mishaps = 0; ; mishaps += 1) {
    const order = { ...machine, name: `run${at}.${mishaps}`, ...drawAction(random, mishaps > 0) };
    const end = await world.run(mishaps < mostMishaps ? { ...order, blows: blows() } : order);
    if (end.kind === 'ended' && !wasStopped(end)) return;
    await clock.until(clock.now() + random.below(30_000));
  }
}

function drawAction(
  random: SeededRandom,
  isAgain: boolean,
): Pick<RunOrder, 'action'> & Partial<Pick<RunOrder, 'mode' | 'onHalt'>> {
  const action = random.pick([
    'deploy',
    'deploy',
    'deploy',
    'deploy',
    'deploy',
    'deploy',
    'rollback',
    'history',
  ] as const);
  if (action !== 'deploy') return { action };
  const mode = random.pick<JournalMode>(isAgain ? ['resume', 'new'] : ['new', 'new', 'take-over']);
  return { action, mode, ...(random.chance(0.3) && { onHalt: 'rollback' as const }) };
}

function wasStopped({ result }: Extract<RunEnd, { kind: 'ended' }>): boolean {
  return result?.kind === 'stopped' || (result?.kind === 'settled' && result.settled.outcome === 'cancelled');
}

async function restarts(world: SimulatedWorld, random: SeededRandom, over: AbortSignal): Promise<void> {
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    await world.clock.until(world.clock.now() + random.below(60_000), over);
    if (over.aborted) return;
    await world.wire.restartServer(random.pick([0, 500, 5_000, 20_000]));
  }
}

async function meddling(world: SimulatedWorld, random: SeededRandom, over: AbortSignal): Promise<void> {
  for (let times = 1 + random.below(8); times > 0; times -= 1) {
    await world.clock.until(world.clock.now() + random.below(20_000), over);
    if (over.aborted) return;
    world.interfere(random);
  }
}

async function lastRun(world: SimulatedWorld): Promise<void> {
  const { clock, wire, workload } = world;
  wire.weather = calm;
  await clock.until(clock.now() + 60_000);
  const version = workload.versions.at(-1) ?? workload.versions[0];
  const end = await world.run({ name: 'last', action: 'deploy', version });
  if (!workload.isHealthy || end.kind === 'killed' || end.result === undefined) return;
  if (end.result.kind !== 'settled' || end.result.settled.outcome !== 'succeeded')
    world.violate(`the last run, in calm weather, ends ${printEnd(end.result)}`);
}
