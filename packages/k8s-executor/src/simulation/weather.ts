import type { SeededRandom } from './seeded-random.js';

/** How bad the network and the API server are. Probabilities are per request. */
export interface Weather {
  readonly latencyMs: { readonly least: number; readonly most: number };
  /** The connection breaks before the server has heard the request. */
  readonly resetBefore: number;
  /** The server has done it, the answer is lost. */
  readonly resetAfter: number;
  /** 429, with Retry-After as often as not. */
  readonly throttled: number;
  /** 500, 502, 503 or 504, before the server has done anything or after. */
  readonly serverError: number;
  /** Neither an answer nor an end, until the client gives up. */
  readonly silent: number;
  /** The body breaks off in the middle. */
  readonly truncated: number;
  /** A stream breaks, ends or falls silent after a while. */
  readonly brokenStream: number;
}

/** Nothing goes wrong. */
export const calm: Weather = {
  latencyMs: { least: 1, most: 5 },
  resetBefore: 0,
  resetAfter: 0,
  throttled: 0,
  serverError: 0,
  silent: 0,
  truncated: 0,
  brokenStream: 0,
};

/** One time in three it is calm, else anything from a drizzle to a storm. */
export function drawWeather(random: SeededRandom): Weather {
  if (random.chance(1 / 3)) return calm;
  const rate = random.pick([0.01, 0.05, 0.15]);
  const drawn = () => (random.chance(0.5) ? random.between(0, rate) : 0);
  return {
    latencyMs: { least: 1, most: random.pick([5, 50, 400]) },
    resetBefore: drawn(),
    resetAfter: drawn(),
    throttled: drawn(),
    serverError: drawn(),
    silent: drawn() / 4,
    truncated: drawn() / 2,
    brokenStream: random.chance(0.5) ? random.between(0, 0.6) : 0,
  };
}
