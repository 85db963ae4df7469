import { stripVTControlCharacters } from 'node:util';

/** One line of text without control characters: what comes from a cluster or a file must not drive a terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/** At most `width` characters, the last one `…` when something was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `1 service`, `2 services`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The length of the longest of the texts; 0 when there are none. */
export function longestOf(texts: readonly string[]): number {
  return texts.reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** `left` and `right` at the two ends of a line of `width` characters; two spaces apart when that is too narrow. */
export function ends(left: string, right: string, width: number): string {
  return left + ' '.repeat(Math.max(2, width - left.length - right.length)) + right;
}

/** The words on as few lines of at most `width` characters as they need; a longer word has a line to itself. */
export function wrap(words: readonly string[], width: number, separator = ' '): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    if (line === undefined) line = word;
    else if (line.length + separator.length + word.length <= width) line += separator + word;
    else {
      lines.push((line + separator).trimEnd());
      line = word;
    }
  }
  return line === undefined ? lines : [...lines, line];
}

/** The cells in rows of aligned columns, as many columns as fit into `width`, read row by row. */
export function inColumns(cells: readonly string[], width: number, gap = 3): readonly string[] {
  for (let count = Math.min(cells.length, Math.floor(width / 4)); count > 1; count--) {
    const widths = columnWidths(cells, count);
    if (widths.reduce((sum, one) => sum + one, gap * (count - 1)) <= width) return rows(cells, widths, gap);
  }
  return cells;
}

function columnWidths(cells: readonly string[], count: number): readonly number[] {
  const widths = new Array<number>(count).fill(0);
  cells.forEach((cell, at) => (widths[at % count] = Math.max(widths[at % count] ?? 0, cell.length)));
  return widths;
}

function rows(cells: readonly string[], widths: readonly number[], gap: number): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += widths.length) {
    const row = cells
      .slice(at, at + widths.length)
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + gap));
    lines.push(row.join('').trimEnd());
  }
  return lines;
}

/** A piece of a line and how it is set off. */
export interface Piece {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** The pieces as one line of at most `width` characters; colour is added after cutting, so it takes no room; blanks at the end are left out. */
export function joinPieces(pieces: readonly Piece[], width: number): string {
  const whole = pieces.reduce((sum, { text }) => sum + text.length, 0);
  let room = whole > width ? width - 1 : width;
  const line = pieces.map(({ text, paint }) => {
    const shown = text.slice(0, Math.max(0, room));
    room -= shown.length;
    return paint === undefined ? shown : paint(shown);
  });
  return (line.join('') + (whole > width ? '…' : '')).trimEnd();
}
