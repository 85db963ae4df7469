import { cancelledExitCodes } from '@flotilla/core';
import type { Command } from './command.js';
import { commandNamed, commandNames, loadCommands } from './commands.js';
import { formatCommandHelp, formatHelp } from './help.js';
import { nearestWord } from './nearest-word.js';
import type { Ports } from './ports.js';
import { readArguments } from './read-arguments.js';
import { RefusedError, refuseUsage } from './refusal.js';

/** Finds the command that the words name and runs it. Resolves to its exit code; refusals are thrown. */
export async function dispatch(words: readonly string[], ports: Ports): Promise<number> {
  // Where no command has a better answer. Without one the process would be killed, and leave what it has started.
  ports.onSignal((signal) => {
    ports.exitNow(cancelledExitCodes[signal]);
  });
  const [word, ...rest] = words;
  if (word === undefined || word === '--help' || word === '-h' || word === 'help')
    return await showHelp(rest, ports);
  const load = commandNamed(word);
  if (load === undefined) refuseCommand(word);
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
  return await command.run({ flags, positionals, words: [command.name, ...words], ports, loadCommands });
}

async function showHelp(words: readonly string[], ports: Ports): Promise<number> {
  const [name] = words.filter((word) => !word.startsWith('-'));
  const load = name === undefined ? undefined : commandNamed(name);
  if (name !== undefined && load === undefined) refuseCommand(name);
  ports.stdout.write(load === undefined ? formatHelp(await loadCommands()) : formatCommandHelp(await load()));
  return 0;
}

function refuseCommand(word: string): never {
  if (word.startsWith('-'))
    refuseUsage(
      `the command comes before its flags: ${word} stands first.`,
      'flotilla COMMAND [workflow] [flags]; flotilla --help lists the commands.',
    );
  const near = nearestWord(word, commandNames());
  const help = near === undefined ? 'flotilla --help lists the commands.' : `Did you mean flotilla ${near}?`;
  refuseUsage(`There is no command ${JSON.stringify(word)}.`, help);
}
