import { isOctalLookalike, resolvePlainScalar } from './plain-scalar.js';
import type { ZodType } from 'zod';
import { isNothing, reject, type Reading, type Shape, type Zod } from './shape.js';
import { holdsVariable } from './variables.js';
import type { YamlScalar } from './yaml-tree.js';

interface ScalarOptions<Value> {
  /** What messages say must stand here. */
  readonly expected: string;
  readonly schema: (zod: Zod) => ZodType;
  /** The value that the text (variables replaced) stands for, undefined when it stands for none. */
  readonly convert: (text: string, scalar: YamlScalar) => Value | undefined;
  /** What a value that says nothing (`key:`) is read as; without it that is a mistake. */
  readonly nothing?: Value;
  /** Whether it is part of a command, so that a shell's variables stay as they are. */
  readonly isCommand?: boolean;
}

/** A scalar that `convert` understands. */
export function scalar<Value>({
  expected,
  schema,
  convert,
  nothing,
  isCommand = false,
}: ScalarOptions<Value>): Shape<Value> {
  return {
    schema,
    read(node, reading) {
      if (node.kind === 'scalar' && isNothing(node) && nothing !== undefined) return nothing;
      if (node.kind === 'scalar' && !isNothing(node)) {
        const text = reading.replace(node, { isCommand });
        if (text === undefined) return undefined;
        const value = convert(text, node);
        if (value !== undefined) return value;
      }
      reject(node, expected, reading);
      return undefined;
    },
  };
}

/** Text that holds a variable: what it stands for is known only when the file is read. */
export const variableText = (zod: Zod): ZodType => zod.string().regex(/\$\{/);

/** Text as people write it: 8080 and true are text where text is wanted. */
export const anyText = (zod: Zod, text: ZodType): ZodType => zod.union([text, zod.number(), zod.boolean()]);

/** Any scalar but nothing, as it is written: `1.10` is "1.10", `yes` is "yes". */
const text = scalar({
  expected: 'text',
  schema: (zod) => anyText(zod, zod.string()),
  convert: (written) => written,
});

/** A word of a command: `${HOME}` and `${PORT:-80}` are its shell's. */
export const commandText = scalar({
  expected: 'text',
  schema: text.schema,
  convert: (written) => written,
  isCommand: true,
});

/** Text with at least one character. */
export const word = scalar({
  expected: 'text',
  schema: (zod) => anyText(zod, zod.string().min(1)),
  convert: (written) => (written === '' ? undefined : written),
});

/** As `text`, but no value at all is empty text. */
export const textOrNothing = scalar({
  expected: 'text',
  schema: (zod) => anyText(zod, zod.string()).nullable(),
  convert: (written) => written,
  nothing: '',
});

/** true or false in one of YAML's words, unquoted. */
export const flag = scalar({
  expected: 'true or false',
  schema: (zod) => zod.union([zod.boolean(), variableText(zod)]),
  convert(written, { plain, text: source }) {
    const meaning = plain || holdsVariable(source) ? resolvePlainScalar(written) : undefined;
    return typeof meaning === 'boolean' ? meaning : undefined;
  },
});

const integerMax = 2_147_483_647;

/** A whole number in a range, quoted or not. Octal as kubectl reads it, with a warning. */
export function integer({
  from,
  to = integerMax,
}: {
  readonly from: number;
  readonly to?: number;
}): Shape<number> {
  const range = to === integerMax ? `, ${from} or more` : ` from ${from} to ${to}`;
  const shape = scalar({
    expected: `a whole number${range}`,
    schema: (zod) =>
      zod.union([
        zod.int().min(from).max(to),
        zod.string().regex(from > 0 ? /^0*[1-9]\d*$/ : /^\d+$/),
        variableText(zod),
      ]),
    convert(written, { plain }) {
      const value = plain ? resolvePlainScalar(written) : /^\d+$/.test(written) ? Number(written) : undefined;
      return Number.isInteger(value) && Number(value) >= from && Number(value) <= to
        ? Number(value)
        : undefined;
    },
  });
  return {
    schema: shape.schema,
    read(node, reading) {
      const value = shape.read(node, reading);
      if (value !== undefined && node.kind === 'scalar' && node.plain) warnOfOctal(node, value, reading);
      return value;
    },
  };
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]): Shape<Word> {
  return scalar({
    expected: words.map((known) => `"${known}"`).join(' or '),
    schema: (zod) => zod.union([zod.enum(words), variableText(zod)]),
    convert: (written) => words.find((known) => known === written),
  });
}

/** A scalar as it stands, its variables not replaced. */
export const asWritten: Shape<YamlScalar> = {
  schema: text.schema,
  read(node, reading) {
    if (node.kind === 'scalar') return node;
    reject(node, 'text', reading);
    return undefined;
  },
};

function warnOfOctal(node: YamlScalar, value: number, reading: Reading): void {
  if (!isOctalLookalike(node.text)) return;
  reading.report.add({
    code: 'parse/octal-number',
    message: `${node.text} starts with a zero, so it is octal: ${value}.`,
    help: `Write ${value}, or ${node.text.replace(/^([-+]?)0+/, '$1')} if that was meant.`,
    span: node.span,
  });
}
