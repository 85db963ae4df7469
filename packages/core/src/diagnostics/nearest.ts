/**
 * The known word that somebody who wrote `word` probably meant: other case, swapped, missing, extra or wrong
 * letters, about one in three. Undefined when none is near; the first of equally near ones.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const length = Math.max(word.length, candidate.length);
    const distanceMax = length < 2 ? 0 : Math.max(1, Math.floor(length / 3));
    if (Math.abs(word.length - candidate.length) > distanceMax) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= distanceMax && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Inserted, deleted and replaced letters, and swaps of neighbours (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const candidates = [
        at(previous, column - 1) + (same ? 0 : 1),
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        ...(swapped ? [at(beforePrevious, column - 2) + 1] : []),
      ];
      current.push(Math.min(...candidates));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
