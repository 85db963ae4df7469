import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';

const patienceSeconds = 30 * 60;

/** `~/.cache/flotilla`, or below XDG_CACHE_HOME: what takes long to make and what suites and checkouts share. */
export function cacheFolder(environment = process.env): string {
  return join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flotilla');
}

/**
 * Makes `folder` unless it is there already; it appears complete or not at all. A second maker waits for the first (at
 * most half an hour) and takes what it made. Throws what `make`, which fills the folder that it is given, throws.
 */
export async function makeOnce(folder: string, make: (into: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const release = await lock(parent, { retries: { retries: patienceSeconds, factor: 1, minTimeout: 1000 } });
  try {
    if (!(await exists(folder))) await makeInto(folder, make);
  } finally {
    await release();
  }
}

async function makeInto(folder: string, make: (into: string) => Promise<void>): Promise<void> {
  const temporary = await mkdtemp(`${folder}.`);
  try {
    await make(temporary);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
