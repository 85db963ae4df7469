import { readText, type Refusal } from '@flotilla/core';
import { parseImages, type Images } from '../manifest/replace-images.js';

export type ReadImagesResult =
  { readonly ok: true; readonly images: Images } | { readonly ok: false; readonly refusal: Refusal };

/** The images of all files together, the last one wins. Refuses (66) a file that is not there or says nothing usable. */
export function readImages(
  files: readonly { readonly path: string; readonly absolutePath: string }[],
): ReadImagesResult {
  const images = new Map<string, string>();
  for (const { path, absolutePath } of files) {
    const read = readText(absolutePath, path);
    if (!read.ok) return read;
    const found = read.text === undefined ? 'there is no such file' : parseImages(read.text);
    if (typeof found === 'string') {
      const help = 'A build writes it: {"api": "registry/app@sha256:…"}.';
      return { ok: false, refusal: { exitCode: 66, message: `images ${path}: ${found}.`, help } };
    }
    for (const [name, reference] of found) images.set(name, reference);
  }
  return { ok: true, images };
}
