import { basename, dirname, posix } from 'node:path';

/**
 * Where a project's flotilla file may be, in the order in which it is looked for. Core says the same in
 * `defaultFilePaths`; it is repeated because inference must not load core, and a test compares the two.
 */
const fileNames = ['flotilla.yaml', '.release/application_template.yaml'];

/** A file that the root's flotilla.yaml includes: its project is deployed with others, by one workflow. */
export const partFileName = 'flotilla.part.yaml';

/** The glob of all flotilla files of a workspace. */
export const flotillaFiles = `**/{${fileNames.join(',')}}`;

/** The paths of a project's flotilla file, in order of preference; relative to the workspace's root like `projectRoot`. */
export function filePathsOf(projectRoot: string): readonly string[] {
  return fileNames.map((name) => posix.join(projectRoot, name));
}

/** The folder of the project that a flotilla file belongs to; `.` is the workspace's root. */
export function projectRootOf(file: string): string {
  const directory = dirname(file);
  return basename(directory) === '.release' ? dirname(directory) : directory;
}

/** The one file of each project that counts: a `flotilla.yaml` goes before a template, as on the command line. */
export function preferredFiles(files: readonly string[]): readonly string[] {
  const known = new Set(files);
  return files.filter((file) => filePathsOf(projectRootOf(file)).find((path) => known.has(path)) === file);
}
