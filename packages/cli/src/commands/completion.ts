import type { Command, Invocation } from '../command.js';
import { printCompletion, shells } from '../completion/print-completion.js';
import { refuseUsage } from '../refusal.js';

export const completion: Command = {
  name: 'completion',
  summary: 'prints the completion script of a shell',
  positionals: 'bash|zsh|fish',
  positionalsMax: 1,
  positionalChoices: shells,
  flags: [],
  outputs: [],
  run: async ({ positionals: [said], ports, loadCommands }: Invocation) => {
    const shell = shells.find((one) => one === said);
    if (shell === undefined)
      refuseUsage(
        said === undefined ? 'which shell?' : `there is no completion for ${JSON.stringify(said)}.`,
        `flotilla completion ${shells.join(' | ')}; in bash for example: source <(flotilla completion bash)`,
      );
    ports.stdout.write(printCompletion(shell, await loadCommands()));
    return 0;
  },
};
