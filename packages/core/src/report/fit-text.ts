import { columnsOf, cutMiddle, wrap } from './text-layout.js';

/** The room that a text has: columns of its first line and of each other, and how many lines at most. */
export interface TextRoom {
  readonly first: number;
  readonly rest: number;
  readonly lines: number;
}

/**
 * The text on as many lines as it needs, at most `lines`; the first is empty when not even a word fits there. What has
 * no room is left out: a remark in parentheses at the end first, then the middle of what the last line would have to
 * hold.
 */
export function fitText(text: string, room: TextRoom): readonly string[] {
  const whole = wrapped(text, room);
  if (whole.length <= room.lines) return whole;
  const shorter = wrapped(text.replace(/ \([^()]*\)$/u, ''), room);
  if (shorter.length <= room.lines) return shorter;
  const kept = shorter.slice(0, room.lines - 1);
  const last = shorter
    .slice(room.lines - 1)
    .join(' ')
    .trimStart();
  return [...kept, cutMiddle(last, room.lines === 1 ? room.first : room.rest)];
}

function wrapped(text: string, { first, rest }: TextRoom): readonly string[] {
  if (columnsOf(text) <= first) return [text];
  const [head = ''] = wrap(text.split(' '), first);
  const begins = columnsOf(head) <= first ? head : '';
  const others = text.slice(begins.length).trimStart();
  return [begins, ...wrap(others.split(' '), rest).map((line) => cutMiddle(line, rest))];
}
