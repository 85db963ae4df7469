import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realInput } from './shared-folder.js';

/** A folder with the boutique's flotilla.yaml and a copy of its manifests, to be changed at will. */
export interface Boutique {
  readonly folder: string;
  readonly file: string;
  readonly manifests: string;
  /** Replaces the image of one service; `service` is the name of its manifest and of its image. */
  setImage(service: string, image: string): Promise<void>;
}

const fixture = fileURLToPath(new URL('../../fixtures/boutique/flotilla.yaml', import.meta.url));

/** Lays the boutique out in a new temporary folder, which the caller removes. */
export async function createBoutique(): Promise<Boutique> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-boutique-'));
  const file = join(folder, 'flotilla.yaml');
  const manifests = join(folder, 'manifests');
  await cp(fixture, file);
  await cp(join(realInput('online-boutique'), 'per-service'), manifests, {
    recursive: true,
    filter: (path) => !path.endsWith('kustomization.yaml'),
  });
  return {
    folder,
    file,
    manifests,
    setImage: async (service, image) => {
      const path = join(manifests, `${service}.yaml`);
      const text = await readFile(path, 'utf8');
      const changed = text.replace(`image: ${service}\n`, `image: ${image}\n`);
      if (changed === text) throw new Error(`Bug: ${path} has no image ${service}`);
      await writeFile(path, changed);
    },
  };
}
