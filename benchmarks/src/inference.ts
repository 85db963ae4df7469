import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutNxWorkspace, packPackages, type NxWorkspace } from '@flotilla/e2e';
import { measureInTurns, timeMs, type Row } from './measure.js';
import { milliseconds, table } from './table.js';

const nxVersion = '23.2.1';
const sizes = [50, 500] as const;

/** The plugin's part in making the project graph, as Nx calls it. */
interface InferencePlugin {
  readonly createNodes: readonly [
    glob: string,
    create: (files: readonly string[], options: object, context: object) => Promise<readonly unknown[]>,
  ];
  readonly createDependencies: (options: object, context: object) => Promise<readonly unknown[]>;
}

/**
 * What the plugin adds to the making of Nx's project graph, nothing kept from before: its own functions; and the same
 * command with and without it, in which Nx starts a process for the plugin and puts together what it says.
 */
export async function benchInference(rounds = 5): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-inference-'));
  try {
    const packed = await packPackages(folder);
    const measured: (readonly string[])[] = [];
    for (const size of sizes) {
      const workspace = await layOutNxWorkspace(nxVersion, packed, projectFiles(size));
      try {
        measured.push(...(await measure(workspace, size, rounds)));
      } finally {
        await workspace.remove();
      }
    }
    return table(['project graph, nothing kept', 'median', 'range', 'of the plugin, a project'], measured);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(workspace: NxWorkspace, size: number, rounds: number) {
  const command = (name: string, plugins: readonly string[]) => ({
    name: `nx show projects, ${size} projects, ${name}`,
    measure: async () => {
      await writeFile(join(workspace.folder, 'nx.json'), nxJson(plugins));
      return timeMs(() => showProjects(workspace));
    },
  });
  const infer = openInference(workspace, size);
  const [own, without, withPlugin] = await measureInTurns(
    [
      { name: `createNodes and createDependencies, ${size} projects`, measure: () => timeMs(infer) },
      command('without the plugin', []),
      command('with it', ['@flotilla/nx-plugin']),
    ],
    rounds,
  );
  if (own === undefined || without === undefined || withPlugin === undefined)
    throw new Error('Bug: three contenders, but fewer rows');
  const each = (ms: number) => milliseconds(ms / size);
  return [
    cells(own, each(own.medianMs)),
    cells(without, ''),
    cells(withPlugin, each(withPlugin.medianMs - without.medianMs)),
  ];
}

/** Infers all projects in this process; throws when that does not give every one of them its targets. */
function openInference(workspace: NxWorkspace, size: number): () => Promise<void> {
  const load = createRequire(join(workspace.folder, 'package.json'));
  const { createNodes, createDependencies } = load('@flotilla/nx-plugin') as InferencePlugin;
  const folders = Array.from({ length: size }, (_, at) => `apps/p${String(at)}`);
  const files = folders.map((folder) => `${folder}/flotilla.yaml`);
  const projects = Object.fromEntries(folders.map((root) => [root, { root }]));
  const workspaceRoot = workspace.folder;
  return async () => {
    const nodes = await createNodes[1](files, {}, { workspaceRoot, nxJsonConfiguration: {} });
    await createDependencies({}, { workspaceRoot, projects });
    if (nodes.length !== size) throw new Error(`${nodes.length} of ${size} projects were inferred`);
  };
}

function cells({ name, medianMs, rangeMs: [low, high] }: Row, more: string): readonly string[] {
  return [name, milliseconds(medianMs), `${milliseconds(low)} – ${milliseconds(high)}`, more];
}

async function showProjects(workspace: NxWorkspace): Promise<void> {
  const env = { NX_CACHE_PROJECT_GRAPH: 'false' };
  const { code, stderr } = await workspace.nx(['show', 'projects'], { env });
  if (code !== 0) throw new Error(`nx show projects failed:\n${stderr}`);
}

function nxJson(plugins: readonly string[]): string {
  return JSON.stringify({ neverConnectToCloud: true, analytics: false, plugins });
}

function projectFiles(size: number): Readonly<Record<string, string>> {
  const projects = Array.from({ length: size }, (_, at) => {
    const name = `p${String(at)}`;
    return [
      [`apps/${name}/project.json`, JSON.stringify({ name })],
      [`apps/${name}/flotilla.yaml`, `name: ${name}\nservices: [{name: ${name}, image: "app:1"}]\n`],
    ] as const;
  });
  return Object.fromEntries([['nx.json', nxJson([])], ...projects.flat()]);
}
