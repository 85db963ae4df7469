import type { Command } from './command.js';
import { commonFlags, FlagValues, flagOf, type Flag, type FlagName } from './flags.js';
import { nearestWord } from './nearest-word.js';
import { refuseUsage } from './refusal.js';

/** The words of a command line, sorted into flags and the rest. */
export interface Arguments {
  readonly flags: FlagValues;
  readonly positionals: readonly string[];
}

/**
 * Reads `--flag value`, `--flag=value`, `-f value`, `-fvalue`, `-vq` and `--` for a command. Wrong usage is
 * refused (exit 64) with the nearest known flag.
 */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const known = [...command.flags, ...commonFlags].map(flagOf);
  const values = new Map<FlagName, string[]>();
  const positionals: string[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      positionals.push(...left);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    const { flag, value, rest } = readFlag(command, known, word);
    if (rest !== undefined) left.unshift(rest);
    const said = value ?? (flag.kind === 'switch' ? '' : left.shift());
    if (said === undefined) refuseUsage(`--${flag.name} needs a value: --${flag.name} ${flag.value ?? ''}`);
    keep(values, flag, said);
  }
  checkPositionals(command, positionals);
  return { flags: new FlagValues(values), positionals };
}

interface ReadFlag {
  readonly flag: Flag;
  readonly value?: string;
  /** More switches that stood in the same word: `-q` of `-vq`. */
  readonly rest?: string;
}

function readFlag(command: Command, known: readonly Flag[], word: string): ReadFlag {
  if (!word.startsWith('--')) return readShort(command, known, word);
  const [name = '', ...rest] = word.slice(2).split('=');
  const flag = known.find((one) => one.name === name);
  if (flag === undefined) return unknownFlag(command, known, `--${name}`);
  if (rest.length === 0) return { flag };
  if (flag.kind === 'switch') refuseUsage(`--${name} is a switch and takes no value`);
  return { flag, value: rest.join('=') };
}

function readShort(command: Command, known: readonly Flag[], word: string): ReadFlag {
  const flag = known.find((one) => one.short === word[1]);
  if (flag === undefined) return unknownFlag(command, known, word);
  const rest = word.slice(2);
  if (rest === '') return { flag };
  return flag.kind === 'switch' ? { flag, rest: `-${rest}` } : { flag, value: rest.replace(/^=/, '') };
}

function unknownFlag(command: Command, known: readonly Flag[], word: string): never {
  const near = nearestWord(
    word,
    known.map((flag) => `--${flag.name}`),
  );
  const help =
    near === undefined ? `flotilla ${command.name} --help lists the flags.` : `Did you mean ${near}?`;
  refuseUsage(`flotilla ${command.name} has no flag ${word}.`, help);
}

function keep(values: Map<FlagName, string[]>, flag: Flag, value: string): void {
  if (flag.choices !== undefined && !flag.choices.includes(value))
    refuseUsage(`--${flag.name} is one of ${flag.choices.join(', ')}, not ${JSON.stringify(value)}.`);
  const name = flag.name as FlagName;
  values.set(name, [...(values.get(name) ?? []), value]);
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  const extra = positionals[command.positionalsMax];
  if (extra !== undefined)
    refuseUsage(
      `flotilla ${command.name} takes no argument ${JSON.stringify(extra)}.`,
      `Usage: flotilla ${command.name} ${command.positionals}`.trim(),
    );
}
