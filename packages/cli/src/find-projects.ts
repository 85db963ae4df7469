import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { defaultFilePaths } from '@flotilla/core';

/** A folder with a flotilla file, and what a monorepo calls it. */
export interface Project {
  /** As `nx run-many -p` takes it: from project.json, else package.json, else the folder's name. */
  readonly name: string;
  /** The flotilla file, relative to where it was looked for. */
  readonly file: string;
}

const skipped = new Set(['node_modules', 'dist']);

/** All flotilla files below a folder, in order of their paths; what is hidden, installed or built is left out. */
export function findProjects(root: string): readonly Project[] {
  return foldersBelow(root)
    .flatMap((folder) => defaultFilePaths.map((path) => join(folder, path)).find(existsSync) ?? [])
    .map((file) => projectOf(root, relative(root, file)));
}

/** The project that a flotilla file belongs to. */
export function projectOf(root: string, file: string): Project {
  const above = dirname(join(root, file));
  const folder = basename(above) === '.release' ? dirname(above) : above;
  const name = nameIn(join(folder, 'project.json')) ?? nameIn(join(folder, 'package.json'));
  return { name: name ?? basename(folder), file };
}

function foldersBelow(folder: string): readonly string[] {
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(folder, entry.name))
    .sort();
  return [folder, ...below.flatMap(foldersBelow)];
}

function nameIn(path: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('name' in parsed)) return undefined;
    return typeof parsed.name === 'string' ? parsed.name : undefined;
  } catch {
    return undefined;
  }
}
