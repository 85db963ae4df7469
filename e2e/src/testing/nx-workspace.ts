import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import { installOnce, prepareInstallation } from './install-once.js';
import { packPackages, type Installation, type PackedPackages } from './packed.js';

/** The versions of Nx that the plugin must work with (nx.md); the only list of them. */
export const nxVersions = ['22.7.8', '23.2.1', '24.0.0'] as const;

/** Half the work: by default Nx starts a process for every plugin. For suites that are about something else. */
export const oneProcess = { NX_ISOLATE_PLUGINS: 'false' };

/** A workspace with the projects of `examples/nx-workspace` and the packed packages. */
export interface NxWorkspace extends Installation {
  nx(args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
}

const example = new URL('../../../examples/nx-workspace/', import.meta.url);

/** Lays out a new workspace of an Nx version with the example's projects; the caller removes it. */
export async function createNxWorkspace(version: string, packed: PackedPackages): Promise<NxWorkspace> {
  return await layOutNxWorkspace(version, packed, await readExample());
}

async function readExample(): Promise<Readonly<Record<string, string>>> {
  const root = fileURLToPath(example);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    // What somebody who tried it has left there; and a package.json of our own is laid out.
    .filter((path) => path !== 'package.json' && !/(^|\/)(node_modules|dist|\.nx)\//.test(path));
  const texts = paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** Lays out a new workspace of an Nx version with these files; the caller removes it. */
export async function layOutNxWorkspace(
  version: string,
  packed: PackedPackages,
  files: Readonly<Record<string, string>>,
): Promise<NxWorkspace> {
  const installed = await installOnce(nxPackages(version), packed, files);
  const nx = async (args: readonly string[], options: ProgramOptions = {}) =>
    installed.run('nx', args, {
      ...options,
      env: { CI: 'true', NX_DAEMON: 'false', NX_TUI: 'false', ...options.env },
    });
  return { ...installed, nx };
}

/** Installs all versions of Nx, where that has not been done: at the same time, as npm waits more than it works. */
export async function installNxOnce(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  let packing: Promise<PackedPackages> | undefined;
  const pack = () => (packing ??= packPackages(folder));
  try {
    await Promise.all(nxVersions.map((version) => prepareInstallation(nxPackages(version), pack)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function nxPackages(version: string): readonly string[] {
  return [`nx@${version}`, `@nx/devkit@${version}`];
}
