import { YAMLException, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';

/** The events of a document, and the text that their offsets are about. */
export interface MendedDocument {
  readonly events: Event[];
  readonly text: string;
  /** From an offset in `text` to the offset in what was given. */
  readonly original: (offset: number) => number;
}

const deeperThanAnything = ' '.repeat(256);

/**
 * Parses one document. Lines inside brackets or quotes may stand further left than the key that they belong to, as
 * kubectl allows though YAML does not: js-yaml stops at such a line, and leading blanks mean nothing there, so it is
 * indented and read again. Throws YAMLException for all else.
 */
export function parseDocument(text: string, filename: string): MendedDocument {
  const inserted: number[] = [];
  for (let mended = text; ;) {
    try {
      // Depth costs nothing but stack: generated schemas nest deeper than js-yaml's default of 100.
      const events = parseEvents(mended, { filename, maxDepth: 1000 });
      return { events, text: mended, original: (offset) => originalOffset(offset, inserted) };
    } catch (error) {
      const line = shallowLine(error, mended, inserted);
      if (line === undefined) throw relocate(error, inserted);
      inserted.push(line);
      mended = `${mended.slice(0, line)}${deeperThanAnything}${mended.slice(line)}`;
    }
  }
}

/** Where the line begins that is not indented enough; undefined when that is not the trouble, or was mended in vain. */
function shallowLine(error: unknown, text: string, inserted: readonly number[]): number | undefined {
  if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation') return undefined;
  const start = text.lastIndexOf('\n', (error.mark?.position ?? 0) - 1) + 1;
  return inserted.includes(start) ? undefined : start;
}

/** `inserted` holds ascending places in texts that each later insertion leaves as they are. */
function originalOffset(offset: number, inserted: readonly number[]): number {
  const before = inserted.filter((place) => place + deeperThanAnything.length <= offset).length;
  return offset - before * deeperThanAnything.length;
}

function relocate(error: unknown, inserted: readonly number[]): unknown {
  if (!(error instanceof YAMLException) || error.mark === undefined || inserted.length === 0) return error;
  return new YAMLException(error.reason, {
    ...error.mark,
    position: originalOffset(error.mark.position, inserted),
  });
}
