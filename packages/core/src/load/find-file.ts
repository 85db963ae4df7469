import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { SourceFile } from '../diagnostics/source.js';
import type { Refusal } from '../domain/refusal.js';
import { decodeUtf8 } from '../parse/decode-utf8.js';

/** Where a flotilla file is looked for, in this order (semantics.md §1). */
export const defaultFilePaths: readonly string[] = ['flotilla.yaml', '.release/application_template.yaml'];

/** A flotilla file that was found. */
export interface FoundFile {
  /** Under the path by which it was named. */
  readonly source: SourceFile;
  /** Absolute: what the paths in the file are relative to. */
  readonly directory: string;
}

export type FindFileResult =
  ({ readonly ok: true } & FoundFile) | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads the file at `path`, or the first of the default ones; refuses with 66 when there is none. With a `text`, that
 * of stdin or of another version of the file, nothing is read.
 */
export function findFile(workingDirectory: string, path: string | undefined, text?: string): FindFileResult {
  if (path !== undefined && text !== undefined)
    return { ok: true, source: { path, text }, directory: baseDirectory(resolve(workingDirectory, path)) };
  for (const candidate of path === undefined ? defaultFilePaths : [path]) {
    const absolute = resolve(workingDirectory, candidate);
    const read = readText(absolute, candidate);
    if (!read.ok) return read;
    if (read.text !== undefined)
      return { ok: true, source: { path: candidate, text: read.text }, directory: baseDirectory(absolute) };
  }
  const message =
    path === undefined
      ? `There is no ${defaultFilePaths.join(' and no ')} in ${workingDirectory}.`
      : `There is no file ${path}.`;
  const help =
    path === undefined
      ? 'Write one from what this folder holds with flotilla init, or name another with --file.'
      : 'Name the flotilla file with --file.';
  return { ok: false, refusal: { exitCode: 66, message, help } };
}

/** The text of a file; undefined when it does not exist; a refusal (66) when it is there but cannot be read. */
export function readText(
  absolutePath: string,
  shownPath: string,
):
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly refusal: Refusal } {
  try {
    return { ok: true, text: decodeUtf8(readFileSync(absolutePath)) };
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: true, text: undefined };
    return {
      ok: false,
      refusal: { exitCode: 66, message: `${shownPath} cannot be read: ${readFailures[code] ?? code}.` },
    };
  }
}

const readFailures: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

// Release's template lives in .release, but its paths begin at the repository's root.
function baseDirectory(path: string): string {
  const directory = dirname(path);
  return basename(directory) === '.release' ? dirname(directory) : directory;
}
