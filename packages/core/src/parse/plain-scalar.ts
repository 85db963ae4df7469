/** What a plain scalar means to kubectl. */
type PlainScalar = null | boolean | number | string;

const nothing = new Set(['', '~', 'null', 'Null', 'NULL']);
const booleans = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);
const decimal = /^[-+]?(\d[\d_]*)$/;
const prefixed = /^([-+]?)0([oObBxX])([\da-fA-F_]+)$/;
const float = /^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const radixOf: Readonly<Record<string, number>> = { o: 8, b: 2, x: 16 };

/**
 * The value that kubectl reads from unquoted text: YAML 1.1 booleans (`yes`, `off`), octal with a leading
 * zero (`0644` is 420; `08` is 8), `0o`, `0x`, `0b`, underscores; dates and `22:22` stay strings.
 */
export function resolvePlainScalar(text: string): PlainScalar {
  if (nothing.has(text)) return null;
  return booleans.get(text) ?? resolveNumber(text) ?? text;
}

/** True for a whole number that a leading zero makes octal, so that it is not what it looks like. */
export function isOctalLookalike(text: string): boolean {
  return /^[-+]?0\d+$/.test(text) && resolvePlainScalar(text) !== Number(text);
}

function resolveNumber(text: string): number | undefined {
  if (decimal.test(text)) {
    const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
    const size = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
    return text.startsWith('-') ? -size : size;
  }
  const [, sign, letter = '', digits = ''] = prefixed.exec(text) ?? [];
  const radix = radixOf[letter.toLowerCase()];
  if (radix !== undefined) return resolvePrefixed(digits.replaceAll('_', ''), radix, sign === '-');
  if (!float.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

function resolvePrefixed(digits: string, radix: number, negative: boolean): number | undefined {
  const valid = Array.from(digits).every((digit) => Number.parseInt(digit, 16) < radix);
  if (!valid || digits === '') return undefined;
  const size = Number.parseInt(digits, radix);
  return negative ? -size : size;
}
