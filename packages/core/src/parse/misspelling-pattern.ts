/**
 * A regular expression (as JSON Schema takes it) for what is none of the words but one of them with one letter
 * wrong, missing, extra, in the other case or swapped with the next.
 */
export function misspellingPattern(words: readonly string[]): string {
  const variants = words.flatMap((word) => variantsOf(Array.from(word)));
  return `^(?!(?:${words.join('|')})$)(?:${variants.join('|')})$`;
}

function variantsOf(letters: readonly string[]): readonly string[] {
  const replacedOrMissing = letters.map((_, at) => letters.with(at, '.?').join(''));
  const extra = [
    ...letters.map((letter, at) => letters.with(at, `.${letter}`).join('')),
    `${letters.join('')}.`,
  ];
  const swapped = letters.slice(1).map((next, at) =>
    letters
      .with(at, next)
      .with(at + 1, letters[at] ?? '')
      .join(''),
  );
  return [...replacedOrMissing, ...extra, ...swapped];
}
