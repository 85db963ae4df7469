import { nearest } from '@flotilla/core';

const beginningMin = 3;

/** The known word that was probably meant: one that is spelt nearly so, else the first that begins so (`--dry`). */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const letters = word.replace(/^-+/u, '').length;
  return (
    nearest(word, known) ??
    (letters < beginningMin ? undefined : known.find((candidate) => candidate.startsWith(word)))
  );
}
