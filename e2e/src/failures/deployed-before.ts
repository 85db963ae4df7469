import { join } from 'node:path';
import { flotilla } from '../testing/flotilla.js';
import type { Scene } from './failure-case.js';

/**
 * Before a run: what it asks for is there already, as this tool writes it, and what `until` waits for has come about. The
 * report of the run then depends on no controller's speed. `change` makes something else of the rendered manifest.
 */
export function deployedBefore(
  until: (scene: Scene) => Promise<unknown>,
  change: (manifest: string) => string = (manifest) => manifest,
) {
  return async (scene: Scene): Promise<void> => {
    const { folder, namespace } = scene.shop;
    const words = ['render', '-f', join(folder, 'flotilla.yaml'), '-n', namespace];
    const { code, stdout, stderr } = await flotilla(words);
    if (code !== 0) throw new Error(`flotilla render: ${stderr}`);
    await applyAsFlotilla(scene, change(stdout));
    await until(scene);
  };
}

/** With the field manager of this tool, so that its run finds its own. */
export async function applyAsFlotilla({ shop }: Scene, manifest: string): Promise<void> {
  await shop.kubectl(['apply', '--server-side', '--field-manager', 'flotilla', '-f', '-'], manifest);
}

/** Waits for an event of the namespace. */
export function eventOf(reason: string) {
  return async ({ awaitObject }: Scene): Promise<void> => {
    await awaitObject('/api/v1', 'events', (event) => event.reason === reason);
  };
}
