import type { Command } from '../command.js';
import { commonFlags, flagOf, type Flag } from '../flags.js';

/** The shells that have a completion script. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** The completion script of a shell: commands, their flags, and the values of flags that have only some. */
export function printCompletion(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return printBash(commands);
    case 'zsh':
      return printZsh(commands);
    case 'fish':
      return printFish(commands);
  }
}

function flagsOf(command: Command): readonly Flag[] {
  return [...command.flags, ...commonFlags].map((name) => {
    const flag = flagOf(name);
    return name === 'output' ? { ...flag, choices: command.outputs } : flag;
  });
}

/** As written on the command line, the short form first. */
function spellings({ short, name }: Flag): readonly string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}

function printBash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# flotilla completion for bash: source <(flotilla completion bash)
_flotilla() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]} $before" in
${commands.flatMap(bashValueCases).join('\n')}
  esac
  if [[ -z $words ]]; then
    case "\${COMP_WORDS[1]}" in
${commands.map(bashFlagCase).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _flotilla flotilla
`;
}

function bashValueCases(command: Command): readonly string[] {
  return flagsOf(command)
    .filter(({ kind }) => kind !== 'switch')
    .map((flag) => {
      const pattern = spellings(flag)
        .map((spelling) => `"${command.name} ${spelling}"`)
        .join(' | ');
      // Without choices the shell completes files.
      const action = flag.choices === undefined ? 'return' : `words="${flag.choices.join(' ')}"`;
      return `    ${pattern}) ${action} ;;`;
    });
}

function bashFlagCase(command: Command): string {
  const words = [...(command.positionalChoices ?? []), ...flagsOf(command).flatMap(spellings)];
  return `      ${command.name}) words="${words.join(' ')}" ;;`;
}

function printZsh(commands: readonly Command[]): string {
  return `#compdef flotilla
# flotilla completion for zsh: source <(flotilla completion zsh)
_flotilla() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map(({ name, summary }) => `      ${quoteShell(`${name}:${summary}`)}`).join('\n')}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(zshCase).join('\n')}
  esac
}
compdef _flotilla flotilla
`;
}

function zshCase(command: Command): string {
  const choices = command.positionalChoices;
  const positional = choices === undefined ? [] : [quoteShell(`1:${command.name}:(${choices.join(' ')})`)];
  const specs = [...flagsOf(command).flatMap(zshSpecs), ...positional];
  return `    ${command.name}) _arguments \\\n${specs.map((spec) => `      ${spec}`).join(' \\\n')} ;;`;
}

function zshSpecs(flag: Flag): readonly string[] {
  const summary = flag.summary.replace(/[[\]:\\]/g, '\\$&');
  const values = flag.choices === undefined ? '_files' : `(${flag.choices.join(' ')})`;
  const value = flag.kind === 'switch' ? '' : `:${flag.value ?? flag.name}:${values}`;
  return spellings(flag).map((spelling) => quoteShell(`*${spelling}[${summary}]${value.replace('|', '/')}`));
}

function printFish(commands: readonly Command[]): string {
  return `# flotilla completion for fish: flotilla completion fish | source
complete -c flotilla -n __fish_use_subcommand -f
${commands
  .map(
    ({ name, summary }) =>
      `complete -c flotilla -n __fish_use_subcommand -a ${name} -d ${quoteFish(summary)}`,
  )
  .join('\n')}
${commands.flatMap(fishLines).join('\n')}
`;
}

function fishLines(command: Command): readonly string[] {
  const when = `complete -c flotilla -n '__fish_seen_subcommand_from ${command.name}'`;
  const choices = command.positionalChoices;
  return [
    ...(choices === undefined ? [] : [`${when} -f -a ${quoteFish(choices.join(' '))}`]),
    ...flagsOf(command).map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
      const values = flag.choices === undefined ? '' : ` -f -a ${quoteFish(flag.choices.join(' '))}`;
      const value = flag.kind === 'switch' ? '' : ` -r${values}`;
      return `${when} -l ${flag.name}${short}${value} -d ${quoteFish(flag.summary)}`;
    }),
  ];
}

function quoteShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
