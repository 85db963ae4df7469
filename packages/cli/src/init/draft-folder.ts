import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Draft } from './draft.js';
import { draftCompose } from './draft-compose.js';
import { draftDockerfile } from './draft-dockerfile.js';
import { draftSources } from './draft-sources.js';
import { readDocuments } from './read-objects.js';
import { scanFolder } from './scan-folder.js';

const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

/**
 * What the folder holds: what is for Kubernetes; where there is none of that its compose file; where there is none, its
 * Dockerfile. Without tasks when it holds nothing that can be deployed.
 */
export function draftFolder(folder: string, name: string): Draft {
  const sources = draftSources(scanFolder(folder), name);
  if (sources.tasks.length > 0) return sources;
  const compose = composeFiles.find((file) => existsSync(join(folder, file)));
  if (compose !== undefined) return draftCompose(compose, readDocuments(join(folder, compose))[0] ?? {});
  const dockerfile = join(folder, 'Dockerfile');
  return existsSync(dockerfile) ? draftDockerfile(readFileSync(dockerfile, 'utf8'), name) : sources;
}
