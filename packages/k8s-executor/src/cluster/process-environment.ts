import { readFile } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { homedir, hostname, userInfo } from 'node:os';
import type { Environment } from './environment.js';

/** The environment of this process as it is now. The only place of the package that reads `process.env`. */
export function processEnvironment(): Environment {
  return {
    variables: { ...process.env },
    homeFolder: homedir(),
    workingFolder: process.cwd(),
    ...currentUser(),
    hostName: hostname(),
    // Not process.stdin.isTTY: to look at it is to make stdin one that does not block.
    hasTerminal: isatty(0),
    readFile: readTextIfThere,
  };
}

// Containers often run under a number that has no name.
function currentUser(): { readonly userName?: string } {
  try {
    return { userName: userInfo().username };
  } catch {
    return {};
  }
}

async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
