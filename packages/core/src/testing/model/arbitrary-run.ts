import fc from 'fast-check';
import { drawRun, type Draw, type WrittenRun } from '../draw-run.js';

export interface ArbitraryRunOptions {
  /** Up to how many services, jobs and charts each. Default 6. */
  readonly sizeMax?: number;
}

/** `drawRun` as a generator of fast-check. */
export function arbitraryRun({ sizeMax = 6 }: ArbitraryRunOptions = {}): fc.Arbitrary<WrittenRun> {
  const numbers = fc.infiniteStream(fc.noBias(fc.nat({ max: 2 ** 30 })));
  return fc.noShrink(numbers).map((stream) => {
    const draw: Draw = (limit) => Number(stream.next().value ?? 0) % limit;
    return drawRun(draw, sizeMax);
  });
}
