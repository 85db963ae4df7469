import type { Command } from './command.js';
import { exitCodes } from './exit-code.js';
import { commonFlags, flagOf } from './flags.js';

/** `flotilla --help`. */
export function formatHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => title(command).length));
  return [
    'Flotilla deploys the services and jobs of a monorepo to Kubernetes in parallel.',
    '',
    'Usage: flotilla COMMAND [workflow] [flags]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${title(command).padEnd(width)}  ${command.summary}`),
    '',
    'flotilla COMMAND --help shows the flags of a command.',
    '',
    ...formatExitCodes(),
    '',
  ].join('\n');
}

/** `flotilla COMMAND --help`. */
export function formatCommandHelp(command: Command): string {
  const rows = [...command.flags, ...commonFlags].map((name) => {
    const flag = flagOf(name);
    const long = `--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
    const summary =
      name === 'output'
        ? `${command.outputs.join(', ')} (default: ${command.outputs[0] ?? ''})`
        : (command.meanings?.[name] ?? flag.summary);
    return { left: flag.short === undefined ? `    ${long}` : `-${flag.short}, ${long}`, summary };
  });
  const width = Math.max(...rows.map((row) => row.left.length));
  return [
    `flotilla ${command.name}: ${command.summary}`,
    '',
    `Usage: flotilla ${title(command)} [flags]`,
    '',
    'Flags:',
    ...rows.map((row) => `  ${row.left.padEnd(width)}  ${row.summary}`),
    '',
    ...formatExitCodes(),
    '',
  ].join('\n');
}

function title(command: Command): string {
  return `${command.name} ${command.positionals}`.trim();
}

function formatExitCodes(): readonly string[] {
  return [
    'Exit codes:',
    ...Object.entries(exitCodes).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
  ];
}
