import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchObject } from './objects.js';

/** Objects to apply, as code has them and as every contender wants them on disk. */
export interface ApplyWork {
  readonly objects: readonly BenchObject[];
  /** For kubectl. */
  readonly manifests: string;
  /** For Flotilla. */
  readonly file: string;
  /** For helm. */
  readonly chart: string;
}

/** Writes the objects below `folder`, which is made: one manifest, a flotilla file with one service, a chart. */
export async function layOutWork(folder: string, objects: readonly BenchObject[]): Promise<ApplyWork> {
  const chart = join(folder, 'chart');
  const work = { objects, manifests: join(folder, 'all.json'), file: join(folder, 'flotilla.yaml'), chart };
  await mkdir(join(chart, 'templates'), { recursive: true });
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const documents = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  await Promise.all([
    writeFile(work.manifests, JSON.stringify(list)),
    writeFile(work.file, 'name: bench\nservices:\n  - name: objects\n    manifests: [all.json]\n'),
    writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n'),
    writeFile(join(chart, 'templates', 'all.yaml'), documents),
  ]);
  return work;
}
