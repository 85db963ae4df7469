/** One character of a line as a terminal shows it. */
export interface DisplayCell {
  /** What is printed; never a control character. */
  readonly shown: string;
  /** Columns it takes on a terminal. */
  readonly width: number;
  /** Its offset in the line, in UTF-16 units. */
  readonly offset: number;
}

const tabWidth = 2;
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const doubleWidth =
  /^(?![\uFF61-\uFFDC])(\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303F\u309B\u309C\u30A0\u30FB\u30FC\uFF01-\uFF60\uFFE0-\uFFE6])$/u;

/** The text with everything that could move the cursor, colour or reorder a terminal's line made visible. */
export function escapeControls(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** The characters of a line with the columns they take. */
export function displayCells(line: string): readonly DisplayCell[] {
  const cells: DisplayCell[] = [];
  let offset = 0;
  for (const character of line) {
    cells.push({ ...display(character), offset });
    offset += character.length;
  }
  return cells;
}

function display(character: string): Omit<DisplayCell, 'offset'> {
  if (character === '\t') return { shown: ' '.repeat(tabWidth), width: tabWidth };
  const shown = escapeControls(character);
  if (shown !== character) return { shown, width: shown.length };
  if (zeroWidth.test(character)) return { shown, width: 0 };
  return { shown, width: doubleWidth.test(character) ? 2 : 1 };
}
