import { commandNamed, commands, nearestCommand } from './commands.js';
import type { Command } from './command.js';
import { formatCommandHelp, formatHelp } from './help.js';
import type { Ports } from './ports.js';
import { readArguments } from './read-arguments.js';
import { RefusedError } from './refusal.js';

/**
 * Runs one command line and resolves to its exit code (cli.md). Never rejects: a refusal is printed with its
 * advice, a bug of ours with its stack (exit 70).
 */
export async function main(words: readonly string[], ports: Ports): Promise<number> {
  try {
    return await dispatch(words, ports);
  } catch (error) {
    return reportError(error, ports);
  }
}

async function dispatch(words: readonly string[], ports: Ports): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined || word === '--help' || word === '-h' || word === 'help')
    return await help(rest, ports);
  if (word === '--version' || word === 'version') {
    ports.stdout.write(`${ports.version()}\n`);
    return 0;
  }
  const load = commandNamed(word);
  if (load === undefined) throw unknownCommand(word);
  return await runCommand(await load(), rest, ports);
}

async function runCommand(command: Command, words: readonly string[], ports: Ports): Promise<number> {
  const { flags, positionals } = readArguments(command, words);
  if (flags.has('help')) {
    ports.stdout.write(formatCommandHelp(command));
    return 0;
  }
  const output = flags.value('output');
  if (output !== undefined && !command.outputs.includes(output)) {
    const message = `flotilla ${command.name} has no output ${JSON.stringify(output)}.`;
    throw new RefusedError({ exitCode: 64, message, help: `One of ${command.outputs.join(', ')}.` });
  }
  return await command.run({ flags, positionals, ports });
}

async function help(words: readonly string[], ports: Ports): Promise<number> {
  const [name] = words.filter((word) => !word.startsWith('-'));
  const load = name === undefined ? undefined : commandNamed(name);
  if (name !== undefined && load === undefined) throw unknownCommand(name);
  const text =
    load === undefined
      ? formatHelp(await Promise.all(commands().map((one) => one())))
      : formatCommandHelp(await load());
  ports.stdout.write(text);
  return 0;
}

function unknownCommand(word: string): RefusedError {
  const near = nearestCommand(word);
  const help = near === undefined ? 'flotilla --help lists the commands.' : `Did you mean flotilla ${near}?`;
  return new RefusedError({ exitCode: 64, message: `There is no command ${JSON.stringify(word)}.`, help });
}

function reportError(error: unknown, ports: Ports): number {
  if (error instanceof RefusedError) {
    const { message, help, exitCode } = error.refusal;
    ports.stderr.write(`flotilla: ${message}\n${help === undefined ? '' : `  ${help}\n`}`);
    return exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  ports.stderr.write(`flotilla: this is a bug of Flotilla, please report it.\n${text}\n`);
  return 70;
}
