import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { readDocuments, readObjects, type YamlRecord } from './read-objects.js';

/** A file of manifests. */
export interface ManifestFile {
  /** Relative to the folder that was searched, with slashes. */
  readonly path: string;
  readonly objects: readonly YamlRecord[];
}

/** A folder that says what to deploy. Paths are relative to the folder that was searched, with slashes; that one is ''. */
export type Source =
  | { readonly kind: 'chart'; readonly path: string; readonly chart: YamlRecord }
  | { readonly kind: 'kustomization'; readonly path: string; readonly kustomization: YamlRecord }
  | { readonly kind: 'own-file'; readonly path: string }
  | {
      readonly kind: 'manifests';
      readonly path: string;
      readonly files: readonly ManifestFile[];
      /** How many YAML files lie there. */
      readonly yamlFiles: number;
    };

const deepest = 3;
const skipped = /^(\..*|node_modules|dist|build|target|vendor|coverage|testdata|fixtures)$/;
const kustomizationName = /^(kustomization\.ya?ml|Kustomization)$/;
/** Compose files, and the lock files of package managers. */
const notManifests = /^((docker-)?compose(\..*)?\.ya?ml|pnpm-.*\.yaml|package(-lock)?\.json)$/;

/** What lies in the folder and up to three below it; what is inside a chart or a kustomization belongs to that. */
export function scanFolder(root: string): readonly Source[] {
  return scan(root, '', 0);
}

function scan(root: string, path: string, depth: number): readonly Source[] {
  const entries = list(join(root, path));
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const read = (name: string): YamlRecord => readDocuments(join(root, path, name))[0] ?? {};
  if (path !== '' && names.includes('flotilla.yaml')) return [{ kind: 'own-file', path }];
  if (names.includes('Chart.yaml')) return [{ kind: 'chart', path, chart: read('Chart.yaml') }];
  const kustomization = names.find((name) => kustomizationName.test(name));
  if (kustomization !== undefined)
    return [{ kind: 'kustomization', path, kustomization: read(kustomization) }];
  const below = entries.filter(
    (entry) => entry.isDirectory() && depth < deepest && !skipped.test(entry.name),
  );
  return [
    ...manifestsIn(root, path, names),
    ...below.flatMap(({ name }) => scan(root, inside(path, name), depth + 1)),
  ];
}

function manifestsIn(root: string, path: string, names: readonly string[]): readonly Source[] {
  const candidates = names.filter((name) => /\.(ya?ml|json)$/.test(name) && !notManifests.test(name));
  const files = candidates
    .map((name) => ({ path: inside(path, name), objects: readObjects(join(root, path, name)) }))
    .filter(({ objects }) => objects.length > 0);
  const yamlFiles = names.filter((name) => name.endsWith('.yaml')).length;
  return files.length === 0 ? [] : [{ kind: 'manifests', path, files, yamlFiles }];
}

function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // What cannot be read holds nothing for us; the command has read its own folder before.
    return [];
  }
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
