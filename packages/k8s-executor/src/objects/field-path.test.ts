import { quotePath, valueAt } from './field-path.js';

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web', tier: 'front' } },
  spec: { containers: [{ name: 'web.v1', resources: { limits: { 'nvidia.com/gpu': 1 } } }] },
};

test.each([
  ['.metadata.labels.tier', '.metadata.labels.tier'],
  ['.metadata.labels.app.kubernetes.io/name', '.metadata.labels["app.kubernetes.io/name"]'],
  [
    '.spec.containers[name="web.v1"].resources.limits.nvidia.com/gpu',
    '.spec.containers[name="web.v1"].resources.limits["nvidia.com/gpu"]',
  ],
  ['.spec.containers[0].name', '.spec.containers[0].name'],
  ['.spec.nobody.knows', '.spec.nobody.knows'],
])('the keys of %s are told apart', (path, quoted) => {
  expect(quotePath(path, [undefined, object])).toBe(quoted);
});

test('a path finds its value though keys hold dots', () => {
  expect(valueAt(object, '.metadata.labels.app.kubernetes.io/name')).toBe('web');
});
