import type { TaskNode } from '@flotilla/core';
import { checkObjects } from './check-objects.js';

const span = { file: { path: 'web.yaml', text: '' }, start: 0, end: 0 };
const task = { kind: 'service', id: 'services.web', name: 'web' } as TaskNode;

function check(versions: readonly string[]) {
  const object = { apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata: { name: 'front' } };
  const unknown = () => Promise.resolve(undefined);
  return checkObjects([{ task, manifests: [{ object, span }] }], unknown, () => Promise.resolve(versions));
}

test('a kind that the cluster has in another version is told with that', async () => {
  expect(await check(['networking.k8s.io/v1'])).toMatchObject([
    {
      code: 'manifest/unknown-kind',
      message: 'the cluster knows no kind Ingress in extensions/v1beta1',
      help: 'It has Ingress in networking.k8s.io/v1: if that is meant, correct apiVersion; if not, install its CustomResourceDefinition first, or add it to this file.',
    },
  ]);
});

test('a kind that it has nowhere is told with what to install', async () => {
  expect(await check([])).toMatchObject([{ help: expect.stringMatching(/^Install its Custom/) as string }]);
});
