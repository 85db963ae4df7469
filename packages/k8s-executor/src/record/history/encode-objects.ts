import { gunzipSync, gzipSync } from 'node:zlib';
import { isKubeObject } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** Up to this size objects are kept as they are, so that people can read them with kubectl. */
const plainBytesMax = 128 * 1024;
/** What fits into an object of etcd (1.5 MiB) and into a Secret (1 MiB), base64 and metadata included. */
export const chunkBytesMax = 700 * 1024;

/**
 * Objects as they are kept: one chunk of JSON, or, when that is large, gzip in base64, cut into chunks that each fit
 * into one object of the cluster.
 */
export type EncodedObjects =
  | { readonly encoding: 'json'; readonly objects: readonly KubeObject[] }
  | { readonly encoding: 'gzip'; readonly chunks: readonly string[] };

export function encodeObjects(objects: readonly KubeObject[]): EncodedObjects {
  const json = Buffer.from(JSON.stringify(objects), 'utf8');
  if (json.length <= plainBytesMax) return { encoding: 'json', objects };
  const packed = gzipSync(json);
  const chunks = Array.from({ length: Math.ceil(packed.length / chunkBytesMax) }, (_, at) =>
    packed.subarray(at * chunkBytesMax, (at + 1) * chunkBytesMax).toString('base64'),
  );
  return { encoding: 'gzip', chunks };
}

/** Undefined when the chunks are not what `encodeObjects` made: one is missing or was changed. */
export function decodeObjects(encoded: EncodedObjects): readonly KubeObject[] | undefined {
  if (encoded.encoding === 'json') return onlyObjects(encoded.objects);
  try {
    const packed = Buffer.concat(encoded.chunks.map((chunk) => Buffer.from(chunk, 'base64')));
    return onlyObjects(JSON.parse(gunzipSync(packed).toString('utf8')));
  } catch {
    return undefined;
  }
}

function onlyObjects(value: unknown): readonly KubeObject[] | undefined {
  return Array.isArray(value) && value.every(isKubeObject) ? value : undefined;
}
