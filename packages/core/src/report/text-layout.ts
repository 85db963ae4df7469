import { stripVTControlCharacters } from 'node:util';
import { displayCells } from '../diagnostics/display-cell.js';

/** One line of text without control characters: what comes from a cluster or a file must not drive a terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/** A line of a log as it may be shown: its indentation stays, control characters and colours do not. */
export function logLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '    ')
    .replace(/\p{Cc}/gu, '')
    .trimEnd();
}

/** The columns that a text takes on a terminal: Chinese, Japanese and Korean characters and emoji take two. */
export function columnsOf(text: string): number {
  if (!/[^\x20-\x7e]/.test(text)) return text.length;
  return displayCells(text).reduce((sum, { width }) => sum + width, 0);
}

/** At most `width` columns, the last one `…` when something was cut. */
export function cut(text: string, width: number): string {
  return columnsOf(text) <= width ? text : `${beginning(text, width - 1)}…`;
}

/** At most `width` columns: what has no room is left out of the middle, since long texts end with what matters. */
export function cutMiddle(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const head = beginning(text, Math.floor((width - 1) * 0.4)).trimEnd();
  return `${head}…${ending(text, width - 1 - columnsOf(head)).trimStart()}`;
}

/** The text and blanks up to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

function beginning(text: string, width: number): string {
  let room = width;
  let shown = '';
  for (const { shown: character, width: columns } of displayCells(text)) {
    room -= columns;
    if (room < 0) break;
    shown += character;
  }
  return shown;
}

function ending(text: string, width: number): string {
  let room = width;
  let shown = '';
  for (const { shown: character, width: columns } of displayCells(text).toReversed()) {
    room -= columns;
    if (room < 0) break;
    shown = character + shown;
  }
  return shown;
}

/** `1 service`, `2 services`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The columns of the longest of the texts; 0 when there are none. */
export function longestOf(texts: readonly string[]): number {
  return texts.reduce((longest, text) => Math.max(longest, columnsOf(text)), 0);
}

/** `left` and `right` at the two ends of a line of `width` characters; two spaces apart when that is too narrow. */
export function ends(left: string, right: string, width: number): string {
  return left + ' '.repeat(Math.max(2, width - columnsOf(left) - columnsOf(right))) + right;
}

/** The words on as few lines of at most `width` characters as they need; a longer word has a line to itself. */
export function wrap(words: readonly string[], width: number, separator = ' '): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    if (line === undefined) line = word;
    else if (columnsOf(line) + separator.length + columnsOf(word) <= width) line += separator + word;
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
  cells.forEach((cell, at) => (widths[at % count] = Math.max(widths[at % count] ?? 0, columnsOf(cell))));
  return widths;
}

function rows(cells: readonly string[], widths: readonly number[], gap: number): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += widths.length) {
    const row = cells
      .slice(at, at + widths.length)
      .map((cell, column) => pad(cell, (widths[column] ?? 0) + gap));
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
  const whole = pieces.reduce((sum, { text }) => sum + columnsOf(text), 0);
  let room = whole > width ? width - 1 : width;
  const line = pieces.map(({ text, paint }) => {
    const shown = columnsOf(text) <= room ? text : beginning(text, room);
    room = shown === text ? room - columnsOf(text) : 0;
    return paint === undefined ? shown : paint(shown);
  });
  return (line.join('') + (whole > width ? '…' : '')).trimEnd();
}
