import { formatFiles, joinPathFragments, readProjectConfiguration, type Tree } from '@nx/devkit';
import { filePathsOf, partFileName } from '../../flotilla-files';
import initGenerator from '../init/generator';
import { syncInclude } from '../sync-include/sync-include';
import { writeDefinition, type DefinitionOptions } from './write-definition';

/** Options of the generator `deployment`. */
export interface DeploymentOptions extends DefinitionOptions {
  readonly project: string;
  readonly namespace?: string;
  readonly part?: boolean;
  readonly skipFormat?: boolean;
}

/**
 * Writes a flotilla file for a project, with the folder that it names when that is not there: a file that passes
 * `flotilla plan`. Throws, with nothing changed, when the project has a flotilla file already.
 */
export default async function deploymentGenerator(tree: Tree, options: DeploymentOptions): Promise<void> {
  const { root, name = options.project } = readProjectConfiguration(tree, options.project);
  const partFile = joinPathFragments(root, partFileName);
  const existing = [...filePathsOf(root), partFile].find((path) => tree.exists(path));
  if (existing !== undefined)
    throw new Error(`${options.project} has ${existing} already: nothing was changed.`);
  const definition = writeDefinition(tree, { ...options, root, name: kubernetesName(name) });
  if (options.part === true) {
    tree.write(partFile, definition);
    syncInclude(tree, [joinPathFragments(root, partFileName)]);
  } else {
    const namespace = options.namespace === undefined ? '' : `namespace: ${quote(options.namespace)}\n`;
    tree.write(
      joinPathFragments(root, 'flotilla.yaml'),
      `name: ${kubernetesName(name)}\n${namespace}${definition}`,
    );
  }
  await initGenerator(tree, { skipFormat: true });
  if (options.skipFormat !== true) await formatFiles(tree);
}

/** A project's name as Kubernetes takes it: `@acme/Shop_Api` is `acme-shop-api`. */
function kubernetesName(project: string): string {
  const name = project
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return name === '' || name === 'all' ? 'app' : name;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
