import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parseDeploymentFile, type Checked, type DeploymentFile, type SourceFile, type Variables } from '@flotilla/core';
import type { Invocation } from './command.js';
import type { FlagValues } from './flags.js';
import { RefusedError, refuseUsage } from './refusal.js';

const defaultPaths = ['flotilla.yaml', '.release/application_template.yaml'];

/** A flotilla file that was found, and what parsing says of it. */
export interface LoadedFile {
  readonly source: SourceFile;
  /** Absolute: what the file's paths are relative to. */
  readonly directory: string;
  readonly checked: Checked<DeploymentFile>;
}

/** Reads and parses the file of `--file` or the default one. Refuses with 66 when there is none. */
export function loadFile({ flags, ports }: Invocation): LoadedFile {
  const source = readSource(flags.value('file'), ports.workingDirectory);
  const directory = baseDirectory(resolve(ports.workingDirectory, source.path));
  const variables: Variables = {
    folderName: basename(directory),
    parameters: parametersOf(flags),
    environment: ports.environment,
    ...envId(flags),
  };
  return { source, directory, checked: parseDeploymentFile(source, variables) };
}

function readSource(path: string | undefined, workingDirectory: string): SourceFile {
  const candidates = path === undefined ? defaultPaths : [path];
  for (const candidate of candidates) {
    const text = readText(resolve(workingDirectory, candidate), candidate);
    if (text !== undefined) return { path: candidate, text };
  }
  throw new RefusedError({
    exitCode: 66,
    message: path === undefined ? `There is no ${defaultPaths.join(' and no ')} in ${workingDirectory}.` : `There is no file ${path}.`,
    help: 'Name the flotilla file with --file.',
  });
}

/** The text of a file; undefined when it does not exist. Refuses with 66 when it cannot be read. */
export function readText(absolutePath: string, shownPath: string): string | undefined {
  try {
    return readFileSync(absolutePath, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission denied' : code;
    throw new RefusedError({ exitCode: 66, message: `${shownPath} cannot be read: ${why}.` });
  }
}

// Release's template lives in .release, but speaks of paths from the repository's root.
function baseDirectory(path: string): string {
  const directory = dirname(path);
  return basename(directory) === '.release' ? dirname(directory) : directory;
}

function parametersOf(flags: FlagValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    flags.list('param').map((said) => {
      const at = said.indexOf('=');
      if (at < 1) refuseUsage(`--param is K=V, not ${JSON.stringify(said)}.`);
      return [said.slice(0, at), said.slice(at + 1)];
    }),
  );
}

function envId(flags: FlagValues): { envId?: string } {
  const said = flags.value('env-id');
  return said === undefined ? {} : { envId: said };
}
