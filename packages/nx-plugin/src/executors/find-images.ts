import { existsSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { ReadImagesResult } from '@flotilla/k8s-executor';
import type { NxTask } from './nx-task';
import { printRefusal } from './print';

/** By the name that manifests use, the reference to deploy. */
export type Images = Extract<ReadImagesResult, { ok: true }>['images'];

/**
 * What the builds have written: the files of the option `images`, else the `dist/image.json` of the project and of those
 * that it depends on, where there is one. Undefined, with the reason said, when a file cannot be used.
 */
export async function findImages({ options, context, say }: NxTask): Promise<Images | undefined> {
  const { readImages } = await import('../runtime.mjs');
  const paths = options.images ?? defaultFiles(context);
  const read = readImages(paths.map((path) => ({ path, absolutePath: resolve(context.root, path) })));
  if (read.ok) return read.images;
  printRefusal(read.refusal, say);
  return undefined;
}

function defaultFiles({
  root,
  projectName = '',
  projectsConfigurations,
  projectGraph,
}: ExecutorContext): readonly string[] {
  const dependencies = projectGraph.dependencies[projectName] ?? [];
  return [projectName, ...dependencies.map(({ target }) => target)].flatMap((name) => {
    const projectRoot = projectsConfigurations.projects[name]?.root;
    if (projectRoot === undefined && name !== projectName) return [];
    const path = posix.join(projectRoot ?? '.', 'dist/image.json');
    return existsSync(resolve(root, path)) ? [path] : [];
  });
}
