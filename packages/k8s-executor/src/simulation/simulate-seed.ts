import type { JournalMode } from '../record/journal/open-journal.js';
import { printEnd, SimulatedWorld } from './simulated-world.js';
import type { Version } from './draw-workload.js';
import type { SeededRandom } from './seeded-random.js';
import { calm, drawWeather } from './weather.js';

/** What became of one simulated world. */
export interface SeedResult {
  readonly seed: number;
  readonly runs: number;
  readonly kills: number;
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
const mostDeaths = 3;

/**
 * Plays one world: a few people deploy versions of one deployment at the same time or one after the other, over a bad
 * network, cut off and starting again, with others who meddle. At last the weather is calm, and one more run must
 * bring all to what was asked.
 */
export async function simulateSeed(seed: number): Promise<SeedResult> {
  const world = new SimulatedWorld(seed);
  try {
    await world.clock.runUntil(play(world), endOfTimeMs);
  } catch (error) {
    world.violate(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  world.close();
  const { runs, kills, violations, trace, wire } = world;
  const virtualMs = world.clock.now();
  return { seed, runs, kills, requests: wire.requests, faults: wire.faults, virtualMs, violations, trace };
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
  await Promise.all(people.map((at) => person(world, `run${at}`, random.fork(`person ${at}`))));
  over.abort();
  await Promise.all(troubles);
  await lastRun(world);
}

/** Deploys, and starts again after being cut off. */
async function person(world: SimulatedWorld, name: string, random: SeededRandom): Promise<void> {
  const { clock, workload } = world;
  const version = random.pick<Version>(workload.versions);
  const skewMs = random.chance(0.5) ? random.below(600_000) : 0;
  await clock.until(clock.now() + random.below(90_000));
  for (let deaths = 0; ; deaths += 1) {
    const mode = random.pick<JournalMode>(deaths > 0 ? ['resume', 'new'] : ['new', 'new', 'take-over']);
    const mayDie = deaths < mostDeaths && random.chance(0.5);
    const end = await world.deploy({
      name: `${name}.${deaths}`,
      version,
      skewMs,
      mode,
      ...(mayDie && { diesAtStep: 1 + random.below(random.pick([20, 100, 400])) }),
    });
    if (end.kind === 'ended') return;
    await clock.until(clock.now() + random.below(30_000));
  }
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
  const end = await world.deploy({ name: 'last', version });
  if (!workload.isHealthy || end.kind === 'killed') return;
  if (end.result.kind !== 'settled' || end.result.settled.outcome !== 'succeeded') {
    world.violate(`the last run, in calm weather, ends ${printEnd(end.result)}`);
  }
}
