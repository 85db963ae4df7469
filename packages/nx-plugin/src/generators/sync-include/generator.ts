import { getProjects, joinPathFragments, type Tree } from '@nx/devkit';
import { partFileName } from '../../flotilla-files';
import { syncInclude } from './sync-include';

/** What Nx shows where the workspace is out of sync. */
interface SyncResult {
  readonly outOfSyncMessage?: string;
}

/**
 * Makes the root's flotilla.yaml include the `flotilla.part.yaml` of every project that has one, and no longer of
 * those that have none. Where no project has one and the root includes none, nothing changes.
 */
export default function syncIncludeGenerator(tree: Tree): SyncResult {
  const parts = [...getProjects(tree).values()]
    .map(({ root }) => joinPathFragments(root, partFileName))
    .filter((path) => tree.exists(path))
    .sort();
  const changes = syncInclude(tree, parts);
  if (changes === undefined) return {};
  const told = [
    ...changes.added.map((path) => `${path} is not included yet`),
    ...changes.removed.map((path) => `${path} is gone`),
  ];
  return { outOfSyncMessage: `The include of flotilla.yaml is out of date: ${told.join('; ')}.` };
}
