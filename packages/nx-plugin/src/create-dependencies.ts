import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { DependencyType, type CreateDependencies, type RawProjectGraphDependency } from '@nx/devkit';
import { filePathsOf } from './flotilla-files';
import type { PluginOptions } from './plugin-options';

/**
 * A project whose flotilla file includes files of others depends on them: what changes there is deployed by it, so
 * `nx affected -t deploy` has to select it. Files without an `include` are read, but not parsed.
 */
export const createDependencies: CreateDependencies<PluginOptions> = async (_, context) => {
  const owners = new Map(Object.entries(context.projects).map(([name, { root }]) => [root, name] as const));
  const found = Object.entries(context.projects).flatMap(([source, { root }]) =>
    filePathsOf(root).map(async (sourceFile): Promise<readonly RawProjectGraphDependency[]> => {
      const included = await readIncluded(join(context.workspaceRoot, sourceFile));
      return included.flatMap((path) => {
        const target = ownerOf(posix.join(root, path), owners);
        if (target === undefined || target === source) return [];
        return [{ source, target, sourceFile, type: DependencyType.static }];
      });
    }),
  );
  return (await Promise.all(found)).flat();
};

async function readIncluded(file: string): Promise<readonly string[]> {
  const text = readText(file);
  if (!/^include:/m.test(text)) return [];
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  if (document.errors.length > 0) return [];
  const { include } = (document.toJS() ?? {}) as { readonly include?: unknown };
  if (!Array.isArray(include)) return [];
  return (include as readonly unknown[]).filter((path) => typeof path === 'string');
}

// Not asynchronously: for many small files that takes ten times as long.
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The project in whose folder a file lies: the nearest one above it. */
function ownerOf(file: string, owners: ReadonlyMap<string, string>): string | undefined {
  for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
    const owner = owners.get(folder);
    if (owner !== undefined || folder === '.' || folder === '/') return owner;
  }
}
