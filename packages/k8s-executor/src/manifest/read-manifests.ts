import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeUtf8, type Checked, type Diagnostic, type Located } from '@flotilla/core';
import { glob } from 'tinyglobby';
import { parseManifests } from './parse-manifests.js';
import type { Manifest } from './parse-manifests.js';

/**
 * The objects of all files that the patterns name: files, folders (with what is below them) and globs, relative to
 * `directory`. The order is that of the patterns, inside a pattern that of the paths; a file named twice is read
 * once. A pattern that matches nothing is an error at the pattern.
 */
export async function readManifests(
  patterns: readonly Located<string>[],
  directory: string,
): Promise<Checked<readonly Manifest[]>> {
  const found = await Promise.all(patterns.map((pattern) => findFiles(pattern.value, directory)));
  const diagnostics = patterns.filter((_, index) => found[index]?.length === 0).map(noMatch);
  const files = [...new Set(found.flat())];
  const results = await Promise.all(files.map((file) => readManifest(file, directory)));
  for (const result of results) diagnostics.push(...result.diagnostics);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: results.flatMap((result) => (result.ok ? result.value : [])), diagnostics };
}

const manifestFiles = '**/*.{yaml,yml,json}';

/** Paths relative to `directory`, sorted, with `/` between their parts. */
async function findFiles(pattern: string, directory: string): Promise<readonly string[]> {
  const absolute = path.resolve(directory, pattern);
  const kind = await stat(absolute).catch(() => undefined);
  if (kind?.isFile() === true) return [toRelative(absolute, directory)];
  const isFolder = kind?.isDirectory() === true;
  const paths = await glob(isFolder ? manifestFiles : pattern, {
    cwd: isFolder ? absolute : directory,
    absolute: true,
    onlyFiles: true,
    expandDirectories: false,
  });
  return paths
    .map((file) => toRelative(file, directory))
    .filter((file) => !isKustomization(file))
    .sort();
}

function toRelative(file: string, directory: string): string {
  return path.relative(directory, file).split(path.sep).join('/');
}

/** A kustomization is instructions for kustomize, no object; a folder or glob may hold one beside the manifests. */
function isKustomization(file: string): boolean {
  return /^kustomization\.ya?ml$/i.test(path.basename(file));
}

async function readManifest(file: string, directory: string): Promise<Checked<readonly Manifest[]>> {
  return parseManifests({ path: file, text: decodeUtf8(await readFile(path.resolve(directory, file))) });
}

function noMatch(pattern: Located<string>): Diagnostic {
  return {
    code: 'manifest/no-match',
    severity: 'error',
    message: `\`${pattern.value}\` matches no file`,
    help: 'Paths are relative to the flotilla file; folders are searched for .yaml, .yml and .json.',
    span: pattern.span,
    related: [],
  };
}
