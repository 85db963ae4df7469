import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBinaries } from '../control-plane/find-binaries.js';
import { runProgram, type ProgramResult } from '../control-plane/run-program.js';
import { kubernetesModule } from '../control-plane/tool-modules.js';
import { flotilla } from '../testing/flotilla.js';
import type { KubeconfigCase } from './kubeconfig-case.js';
import type { RecordingServers, SeenRequest } from './recording-servers.js';

/** What a client did with a kubeconfig. */
export interface Conduct {
  /** Every identity that its requests showed: one when it is consistent, none when it asked nobody. */
  readonly identities: readonly SeenRequest[];
  readonly requests: number;
  /** How its plugin was called: arguments, a variable, and the input as the plugin's protocol has it. */
  readonly pluginRuns: readonly string[];
  readonly ended: ProgramResult;
}

type Client = (words: readonly string[], cwd: string, env: NodeJS.ProcessEnv) => Promise<ProgramResult>;

const askFlotilla: Client = (words, cwd, env) =>
  flotilla(['status', '-f', 'flotilla.yaml', ...words], { cwd, env });

const askKubectl: Client = async (words, cwd, env) =>
  runProgram(join(await findBinaries(kubernetesModule), 'kubectl'), ['version', '-o', 'json', ...words], {
    cwd,
    env,
  });

export const clients = { flotilla: askFlotilla, kubectl: askKubectl } as const;

/** Lets a client use the files of a case in a folder of its own and tells what the servers and the plugin saw. */
export async function observe(
  client: keyof typeof clients,
  given: KubeconfigCase,
  servers: RecordingServers,
): Promise<Conduct> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-kubeconfig-'));
  try {
    await writeFiles(folder, {
      ...given.files,
      'flotilla.yaml': 'name: x\nservices: [{name: a, image: b}]\n',
    });
    const log = join(folder, 'plugin.log');
    await writeFile(log, '');
    servers.refuse(given.refused);
    servers.take();
    const env = {
      HOME: folder,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      PLUGIN_LOG: log,
      ...given.environment,
    };
    const ended = await clients[client](given.flags ?? [], folder, env);
    const seen = servers.take();
    const pluginRuns = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
    return { identities: distinct(seen), requests: seen.length, pluginRuns: pluginRuns.map(sortKeys), ended };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes the files of a case; scripts may be run. */
export async function writeFiles(folder: string, files: KubeconfigCase['files']): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(folder, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, typeof content === 'string' ? content : JSON.stringify(content));
    if (typeof content === 'string' && content.startsWith('#!')) await chmod(whole, 0o755);
  }
}

function distinct(seen: readonly SeenRequest[]): readonly SeenRequest[] {
  return [...new Map(seen.map((request) => [JSON.stringify(request), request])).values()];
}

/** Go and JavaScript write the keys of the same JSON in different orders. */
function sortKeys(run: string): string {
  const at = run.lastIndexOf('|{');
  return at < 0 ? run : `${run.slice(0, at + 1)}${JSON.stringify(sorted(JSON.parse(run.slice(at + 1))))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
