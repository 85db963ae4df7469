import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../main.js';
import type { ProcessPorts } from '../ports.js';

/** What a command line left behind. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the given files, in the system's temporary folder. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-cli-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Ports with nobody at the terminal, and what is written to them. */
export function fakePorts(ports: Partial<ProcessPorts> = {}): {
  readonly ports: ProcessPorts;
  readonly written: { stdout: string; stderr: string };
} {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  });
  const fake: ProcessPorts = {
    version: () => '1.2.3',
    stdout: output('stdout'),
    stderr: output('stderr'),
    environment: {},
    workingDirectory: tmpdir(),
    readInput: () => '',
    ask: undefined,
    onSignal: () => () => undefined,
    exitNow: () => undefined,
    ...ports,
  };
  return { ports: fake, written };
}

/** Runs a command line in this process, with nobody at the terminal. */
export async function run(words: readonly string[], ports: Partial<ProcessPorts> = {}): Promise<Ran> {
  const fake = fakePorts(ports);
  const exitCode = await main(words, fake.ports);
  return { exitCode, ...fake.written };
}
