/** A text that people wrote, under the path by which they named it (shown in messages, never opened from here). */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A half-open range of UTF-16 offsets in one file: `start` belongs to it, `end` does not. */
export interface SourceSpan {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A value that remembers where it was written. */
export interface Located<Value> {
  readonly value: Value;
  readonly span: SourceSpan;
}

/** A place as people and editors count: the first line and the first column are 1; columns are UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>();

/** The position of an offset. Offsets past the end of the text give the position after its last character. */
export function positionAt(file: SourceFile, offset: number): Position {
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.min(offset, file.text.length) - (starts[low] ?? 0) + 1 };
}

/** The text of a line, counted from 1, without its line break; empty for a line that does not exist. */
export function lineText(file: SourceFile, line: number): string {
  const start = lineStarts(file)[line - 1];
  if (start === undefined) return '';
  const end = lineStarts(file)[line];
  return file.text.slice(start, end).replace(/\r?\n$/, '');
}

// Computed once per file and only when something is printed.
function lineStarts(file: SourceFile): readonly number[] {
  const known = lineStartsOf.get(file);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = file.text.indexOf('\n'); at !== -1; at = file.text.indexOf('\n', at + 1)) starts.push(at + 1);
  lineStartsOf.set(file, starts);
  return starts;
}
