import type { KubeObject } from '../cluster/kube-object.js';
import { parseImages, replaceImages } from './replace-images.js';

const digest = `sha256:${'a'.repeat(64)}`;
const images = new Map([
  ['api', `registry:5000/shop/api@${digest}`],
  ['ghcr.io/acme/web', `ghcr.io/acme/web@${digest}`],
]);

function pod(...names: readonly string[]): KubeObject {
  const containers = names.map((image) => ({ name: 'c', image }));
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } };
}

test.each([
  ['api', images.get('api')],
  ['api:1.4', images.get('api')],
  [`api@sha256:${'b'.repeat(64)}`, images.get('api')],
  ['ghcr.io/acme/web:latest', images.get('ghcr.io/acme/web')],
  ['registry:5000/api', 'registry:5000/api'],
  ['other/api:1', 'other/api:1'],
  ['apis', 'apis'],
])('%s becomes %s', (written, deployed) => {
  expect(replaceImages(pod(written), images)).toEqual(pod(deployed ?? ''));
});

test('containers of every kind, wherever they stand, and nothing else', () => {
  const object = (image: string, init: string): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'j', annotations: { image: 'api' } },
    spec: {
      image: 'api',
      jobTemplate: {
        spec: {
          template: {
            spec: { initContainers: [{ name: 'i', image: init }], containers: [{ name: 'c', image }] },
          },
        },
      },
    },
  });
  const built = images.get('api') ?? '';
  expect(replaceImages(object('api:1', 'api:2'), images)).toEqual(object(built, built));
});

test('an image.json maps names to references; anything else is told in words', () => {
  expect(parseImages(`{"api": "registry/api@${digest}"}`)).toEqual(
    new Map([['api', `registry/api@${digest}`]]),
  );
  expect(parseImages('nothing')).toBe('it is no JSON');
  expect(parseImages('["api"]')).toBe('it is no mapping of image names to references');
  expect(parseImages('{"api": 1}')).toBe('api is no reference to an image');
});
