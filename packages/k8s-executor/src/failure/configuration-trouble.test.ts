import { missingConfiguration, uncreatedContainer, unmountedVolume } from './configuration-trouble.js';
import { defaultGraceTimes as grace } from './grace-times.js';

const wait = (message: string) => ({
  needs: 'container app',
  message,
  pod: 'p',
  container: 'app',
  key: 'config/app',
});

test.each([
  [
    'secret "db" not found',
    { kind: 'Secret', name: 'db' },
    'Secret db, which container app needs, does not exist',
    30_000,
  ],
  [
    'configmap "cfg" not found',
    { kind: 'ConfigMap', name: 'cfg' },
    'ConfigMap cfg, which container app needs, does not exist',
    30_000,
  ],
  [
    "couldn't find key password in Secret shop/db",
    { kind: 'Secret', name: 'db', key: 'password' },
    'Secret db has no key password, which container app needs',
    0,
  ],
])('%s', (message, ...[missing, cause, graceMs]) => {
  expect(missingConfiguration(wait(message), grace)).toMatchObject({ missing, cause, graceMs });
});

test('words about something else are told as they are; those of a moment get time', () => {
  const odd = wait('container has runAsNonRoot and image will run as root');
  expect(missingConfiguration(odd, grace)).toBeUndefined();
  expect(uncreatedContainer(odd, grace, false)).toMatchObject({
    class: 'cannot-heal',
    cause: 'container app cannot be created: container has runAsNonRoot and image will run as root',
  });
  const passing = wait('failed to sync secret cache: timed out waiting for the condition');
  expect(uncreatedContainer(passing, grace, false)).toMatchObject({
    class: 'heals-sometimes',
    graceMs: 120_000,
  });
});

test.each([
  [
    'MountVolume.SetUp failed for volume "tls" : secret "tls-cert" not found',
    'Secret tls-cert, which volume tls of the pod needs, does not exist',
    30_000,
  ],
  [
    'MountVolume.SetUp failed for volume "data" : rpc error: code = Internal desc = no such disk',
    'volume data of the pod cannot be mounted: rpc error: code = Internal desc = no such disk',
    120_000,
  ],
])('%s', (message, cause, graceMs) => {
  expect(unmountedVolume(message, 'p', grace)).toMatchObject({ cause, graceMs, class: 'heals-sometimes' });
});
