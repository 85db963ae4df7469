import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, makeOnce } from '../control-plane/make-once.js';
import { linkTree } from './link-tree.js';
import {
  installInto,
  layOut,
  manifestOf,
  publishedPackages,
  succeed,
  type Installation,
  type PackedPackages,
} from './packed.js';

/** No run takes as long. */
const unusedMs = 24 * 60 * 60_000;

/**
 * What `install` does, in a second instead of half a minute: what others have published is installed once for all suites
 * and checkouts, and again when a package.json of ours changes. Our own packages are unpacked anew every time, from the
 * tarballs. The lock file is that of the first installation.
 */
export async function installOnce(
  published: readonly string[],
  packed: PackedPackages,
  files: Readonly<Record<string, string>>,
): Promise<Installation> {
  const installed = await prepareInstallation(published, () => Promise.resolve(packed));
  const installation = await layOut(files);
  const { folder } = installation;
  await linkTree(join(installed, 'node_modules'), join(folder, 'node_modules'));
  await copyFile(join(installed, 'package-lock.json'), join(folder, 'package-lock.json'));
  await addDependencies(folder, installed);
  await Promise.all(
    publishedPackages.map((name) =>
      unpack(packed[name].tarball, join(folder, 'node_modules/@flotilla', name)),
    ),
  );
  return installation;
}

/** The folder in which these and our packages are installed; tarballs are asked for when that has to be done first. */
export async function prepareInstallation(
  published: readonly string[],
  pack: () => Promise<PackedPackages>,
): Promise<string> {
  const sets = join(cacheFolder(), 'installed');
  const set = join(sets, await keyOf(published));
  const folder = join(set, 'workspace');
  await makeOnce(folder, async (into) => {
    const tarballs = Object.values(await pack()).map(({ tarball }) => tarball);
    await installInto(into, [...published, ...tarballs]);
  });
  await utimes(set, new Date(), new Date());
  await removeUnused(sets);
  return folder;
}

/** Every change of a package.json makes new sets, of 170 MB each. What runs use is never older than they are. */
async function removeUnused(sets: string): Promise<void> {
  for (const name of await readdir(sets)) {
    const set = join(sets, name);
    const { mtimeMs } = await stat(set).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - unusedMs) await rm(set, { recursive: true, force: true });
  }
}

async function keyOf(published: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.version, process.platform, process.arch, published]));
  for (const name of publishedPackages) hash.update(await readFile(manifestOf(name)));
  return `${(published[0] ?? '').replace('@', '-')}-${hash.digest('hex').slice(0, 12)}`;
}

/** As npm leaves a package.json: with what was installed. */
async function addDependencies(folder: string, installed: string): Promise<void> {
  const read = async (path: string) =>
    JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const { dependencies } = await read(installed);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...(await read(folder)), dependencies }));
}

// Removed first: writing into the files would write into the installation that all suites share.
async function unpack(tarball: string, target: string): Promise<void> {
  await rm(target, { recursive: true });
  await mkdir(target);
  await succeed('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
}
