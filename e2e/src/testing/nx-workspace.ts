import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import { install, type Installation } from './packed.js';

/** The versions of Nx that the plugin must work with (nx.md); the only list of them. */
export const nxVersions = ['22.7.8', '23.2.1', '24.0.0'] as const;

/** A workspace with the projects of `examples/nx-workspace` and the packed packages. */
export interface NxWorkspace extends Installation {
  nx(args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
}

const example = new URL('../../../examples/nx-workspace/', import.meta.url);
const exampleFiles = [
  'nx.json',
  'apps/shop/project.json',
  'apps/shop/flotilla.yaml',
  'apps/web/project.json',
  'apps/web/flotilla.yaml',
];

/** Lays out a new workspace of an Nx version with the example's projects; the caller removes it. */
export async function createNxWorkspace(version: string, tarballs: readonly string[]): Promise<NxWorkspace> {
  const read = async (path: string) =>
    [path, await readFile(fileURLToPath(new URL(path, example)), 'utf8')] as const;
  return await layOutNxWorkspace(
    version,
    tarballs,
    Object.fromEntries(await Promise.all(exampleFiles.map(read))),
  );
}

/** Lays out a new workspace of an Nx version with these files; the caller removes it. */
export async function layOutNxWorkspace(
  version: string,
  tarballs: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<NxWorkspace> {
  const installed = await install([`nx@${version}`, `@nx/devkit@${version}`, ...tarballs], files);
  const nx = async (args: readonly string[], options: ProgramOptions = {}) =>
    installed.run('nx', args, {
      ...options,
      env: { CI: 'true', NX_DAEMON: 'false', NX_TUI: 'false', ...options.env },
    });
  return { ...installed, nx };
}
