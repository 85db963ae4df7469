import { resolve } from 'node:path';
import { readImages as readFiles, type ReadImagesResult } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { RefusedError } from './refusal.js';

type Images = Extract<ReadImagesResult, { ok: true }>['images'];

/** `--images`: what builds have written, to deploy instead of the images that the files name. Refuses with 66. */
export function readImages({ flags, ports }: Invocation): { readonly images?: Images } {
  if (!flags.has('images')) return {};
  const files = flags
    .list('images')
    .map((path) => ({ path, absolutePath: resolve(ports.workingDirectory, path) }));
  const read = readFiles(files);
  if (!read.ok) throw new RefusedError(read.refusal);
  return { images: read.images };
}
