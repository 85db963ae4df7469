import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';

/** For what hangs: the longest build takes six minutes on two idle cores. */
const patienceSeconds = 2 * 60 * 60;

/** A maker that is alive says so twice as often; one that waits for its child on a busy machine may be late. */
const staleMs = 60_000;

/** `~/.cache/flotilla`, or below XDG_CACHE_HOME: what takes long to make and what suites and checkouts share. */
export function cacheFolder(environment = process.env): string {
  return join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flotilla');
}

/**
 * Makes `folder` unless it is there already; it appears complete or not at all. A second maker waits for the first (at
 * most two hours) and takes what it made. Throws what `make`, which fills the folder that it is given, throws.
 */
export async function makeOnce(folder: string, make: (into: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const release = await lock(parent, {
    stale: staleMs,
    retries: { retries: patienceSeconds, factor: 1, minTimeout: 1000 },
  });
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
