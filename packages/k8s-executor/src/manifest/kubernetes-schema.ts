import {
  FAILSAFE_SCHEMA,
  NOT_RESOLVED,
  boolYaml11Tag,
  defineMappingTag,
  defineScalarTag,
  mapTag,
  mergeTag,
  nullCoreTag,
} from 'js-yaml';
import type { Schema } from 'js-yaml';

// go-yaml drops every underscore before it looks at a number, and knows no sexagesimals.
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[0-9]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const numberStart = ['-', '+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const booleanWords = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((w) => [w, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map(
    (w) => [w, false] as const,
  ),
]);

/** A number that JavaScript cannot hold, or that JSON cannot say. Carries the words of the source. */
export class UnspeakableNumber extends Error {
  readonly source: string;
  constructor(source: string) {
    super(`${source} cannot be kept exactly; quote it if it is text`);
    this.source = source;
  }
}

const boolTag = defineScalarTag<boolean>(boolYaml11Tag.tagName, {
  implicit: true,
  resolve: (source) => booleanWords.get(source) ?? NOT_RESOLVED,
  identify: (value) => typeof value === 'boolean',
});

const intTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: numberStart,
  resolve: (source) => {
    const plain = source.replaceAll('_', '');
    if (source.startsWith('_') || !integer.test(plain)) return NOT_RESOLVED;
    const value = readInteger(plain);
    if (!Number.isSafeInteger(value)) throw new UnspeakableNumber(source);
    return value;
  },
  identify: Number.isInteger,
});

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: [...numberStart, '.'],
  resolve: (source) => {
    if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(source)) throw new UnspeakableNumber(source);
    const plain = source.replaceAll('_', '');
    const value = float.test(plain) ? Number.parseFloat(plain) : Number.NaN;
    return Number.isFinite(value) ? value : NOT_RESOLVED;
  },
  identify: (value) => typeof value === 'number',
});

/** To kubectl the text that the base64 stands for. */
const binaryTag = defineScalarTag<string>('tag:yaml.org,2002:binary', {
  resolve: (source) => {
    const base64 = source.replaceAll(/[\r\n]/g, '');
    return isBase64(base64) ? Buffer.from(base64, 'base64').toString('utf8') : NOT_RESOLVED;
  },
  identify: () => false,
});

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

const date = String.raw`\d{4}-\d{1,2}-\d{1,2}`;
const time = String.raw`\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?`;
const timestamp = new RegExp(`^${date}(?:[Tt]${time}(?:Z|[-+]\\d\\d:\\d\\d)| ${time})?$`);

/** To kubectl the text as it stands there. */
const timestampTag = defineScalarTag<string>('tag:yaml.org,2002:timestamp', {
  resolve: (source) => (timestamp.test(source) ? source : NOT_RESOLVED),
  identify: () => false,
});

const objectTag = defineMappingTag(mapTag.tagName, {
  create: () => ({}),
  identify: mapTag.identify,
  addPair: (carrier, key, value) => (key === null ? 'a key is empty' : mapTag.addPair(carrier, key, value)),
  has: mapTag.has,
  keys: mapTag.keys,
  get: mapTag.get,
});

/**
 * Scalars mean what they mean to kubectl (go-yaml): `0644` is 420, `yes` is true, dates are text, `<<` merges.
 * Numbers that would lose digits throw UnspeakableNumber.
 */
export const kubernetesSchema: Schema = FAILSAFE_SCHEMA.withTags(
  nullCoreTag,
  boolTag,
  intTag,
  floatTag,
  binaryTag,
  timestampTag,
  mergeTag,
  objectTag,
);

function readInteger(plain: string): number {
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '').toLowerCase();
  if (/^0[xbo]/.test(digits)) return sign * Number(digits) + 0;
  // `08` is no octal number, so it is a decimal one.
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.parseInt(digits, 10);
  return sign * value + 0;
}
