import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, type ProgramOptions, type ProgramResult } from '../control-plane/run-program.js';

const packages = fileURLToPath(new URL('../../../packages', import.meta.url));

/** What is published, in the order in which each needs the ones before it. */
export const publishedPackages = ['core', 'k8s-executor', 'cli', 'nx-plugin'] as const;

export type PublishedPackage = (typeof publishedPackages)[number];

/** A package as it would be published. */
export interface PackedPackage {
  /** Absolute. */
  readonly tarball: string;
  /** Relative to the package, sorted. */
  readonly files: readonly string[];
}

export type PackedPackages = Readonly<Record<PublishedPackage, PackedPackage>>;

/** A folder in the system's temporary one, far from this repository, with packages installed in it. */
export interface Installation {
  readonly folder: string;
  /** Runs a command that the packages brought, with a home of its own: no cache and no kubeconfig is shared. */
  run(command: string, args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
  /** The paths of the installed packages that have an install script. */
  installScripts(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** The package.json of a package of ours. */
export function manifestOf(name: PublishedPackage): string {
  return join(packages, name, 'package.json');
}

/** Packs the built packages into `folder`. */
export async function packPackages(folder: string): Promise<PackedPackages> {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  const from = publishedPackages.map((name) => `./${name}`);
  const { stdout } = await succeed('npm', [...args, ...from], { cwd: packages });
  const listed = JSON.parse(stdout) as readonly {
    readonly name: string;
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  const packed = listed.map(({ name, filename, files }) => [
    name.replace('@flotilla/', ''),
    { tarball: join(folder, filename), files: files.map(({ path }) => path).sort() },
  ]);
  return Object.fromEntries(packed) as PackedPackages;
}

/** Writes `files` into a new folder and installs `dependencies` there, without any install script. */
export async function install(
  dependencies: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const installation = await layOut(files);
  await installInto(installation.folder, dependencies);
  return installation;
}

/** Writes `files`, and a package.json when they have none, into a new folder in which nothing is installed. */
export async function layOut(files: Readonly<Record<string, string>>): Promise<Installation> {
  const base = await mkdtemp(join(tmpdir(), 'flotilla-packed-'));
  const [folder, home] = [join(base, 'workspace'), join(base, 'home')];
  await mkdir(home);
  for (const [path, text] of Object.entries({ 'package.json': '{ "private": true }', ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return {
    folder,
    run: async (command, args, options = {}) => {
      const env = { PATH: process.env['PATH'], HOME: home, NO_COLOR: '1', ...options.env };
      return runProgram(join(folder, 'node_modules/.bin', command), args, { cwd: folder, ...options, env });
    },
    installScripts: async () => {
      const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
        packages: Record<string, { hasInstallScript?: boolean }>;
      };
      return Object.keys(lock.packages).filter((path) => lock.packages[path]?.hasInstallScript === true);
    },
    remove: async () => {
      await rm(base, { recursive: true });
    },
  };
}

/** `npm install` in a folder, without any install script; throws with what npm said. */
export async function installInto(folder: string, dependencies: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await succeed('npm', ['install', ...quiet, '--prefix', folder, ...dependencies], { cwd: folder });
}

/** What a program answers; throws with its standard error when it fails. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const result = await runProgram(program, args, options);
  if (result.code === 0) return result;
  throw new Error(`${program} ${args.join(' ')} ended with ${result.code ?? 'a signal'}:\n${result.stderr}`);
}
