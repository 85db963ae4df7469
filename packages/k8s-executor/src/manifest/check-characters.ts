import type { YamlTrap } from './check-yaml-traps.js';

// What go-yaml calls printable (YAML 1.2 §5.1), without the three that it takes for ends of lines.
const unreadable = /[^\t\n\r\u0020-\u007e\u00a0-\u2027\u202a-\ufffd\u{10000}-\u{10ffff}]/u;
const lineEnds = new Map([
  ['\u0085', 'next line'],
  ['\u2028', 'line separator'],
  ['\u2029', 'paragraph separator'],
]);

/**
 * The first character of a YAML document that kubectl does not take, or takes for the end of a line where we would
 * not: U+0085, U+2028 and U+2029, which get into files by copying from word processors. Escapes of them are fine.
 */
export function findCharacterTrap(text: string): YamlTrap | undefined {
  // JSON is read by other rules: there they are text.
  if (text.trimStart().startsWith('{')) return undefined;
  const found = unreadable.exec(text);
  if (found === null) return undefined;
  const code = `U+${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = lineEnds.get(found[0]);
  const message =
    name === undefined
      ? `kubectl takes no control characters, and here is ${code}: write it as an escape in double quotes`
      : `here is ${code} (${name}), which ends a line for kubectl: write it as an escape in double quotes`;
  return { message, start: found.index };
}

/**
 * What to say of a document that is no YAML and holds a carriage return without a line feed behind it, which ends a line
 * though few editors show it. Undefined when it holds none.
 */
export function findBareReturn(text: string): YamlTrap | undefined {
  const start = text.search(/\r(?!\n)/);
  if (start < 0) return undefined;
  const message =
    'here is U+000D (carriage return) without a line feed behind it, which ends a line: end lines with a line feed, or write it as \\r in double quotes';
  return { message, start };
}
