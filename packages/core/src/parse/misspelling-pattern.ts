/**
 * A regular expression (as JSON Schema takes it) for what is none of the words but one of them in other case or
 * with one letter wrong, missing, extra or swapped with the next: the misspellings that `nearest` sees at this
 * distance.
 */
export function misspellingPattern(words: readonly string[]): string {
  const variants = words.flatMap((word) => variantsOf(Array.from(word.toLowerCase(), anyCase)));
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

function anyCase(letter: string): string {
  return letter === '_' ? letter : `[${letter}${letter.toUpperCase()}]`;
}
