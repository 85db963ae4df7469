import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { KubeObject } from '../../cluster/kube-object.js';
import { chunkBytesMax, decodeObjects, encodeObjects } from './encode-objects.js';

const secret = (name: string, value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: { value },
});

describe('encodeObjects', () => {
  it('gives back what it was given', () => {
    const object = fc
      .tuple(fc.string(), fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20_000 }))
      .map(([name, text, times]) => secret(name, text.repeat(times)));
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (objects) => {
        const text = JSON.stringify(encodeObjects(objects));
        expect(decodeObjects(JSON.parse(text) as ReturnType<typeof encodeObjects>)).toEqual(objects);
      }),
      { numRuns: 30 },
    );
  });

  it('cuts what cannot be compressed into chunks that each fit into an object of the cluster', () => {
    const objects = [1, 2, 3].map((at) => secret(`s${at}`, randomBytes(900_000).toString('base64')));
    const encoded = encodeObjects(objects);
    if (encoded.encoding !== 'gzip') throw new Error(encoded.encoding);
    expect(encoded.chunks.length).toBeGreaterThan(3);
    for (const chunk of encoded.chunks)
      expect(Buffer.from(chunk, 'base64').length).toBeLessThanOrEqual(chunkBytesMax);
    expect(decodeObjects(encoded)).toEqual(objects);
  });

  it('knows that a chunk is missing', () => {
    const encoded = encodeObjects([secret('s', randomBytes(900_000).toString('base64'))]);
    if (encoded.encoding !== 'gzip') throw new Error(encoded.encoding);
    expect(decodeObjects({ ...encoded, chunks: encoded.chunks.slice(1) })).toBeUndefined();
  });
});
