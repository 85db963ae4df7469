import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@flotilla/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import { folderWith, run } from './testing/fake-ports.js';

const digest = (of: string) => `registry.example/${of}@sha256:${'0'.repeat(64)}`;
const flotillaFile = `name: shop
namespace: shop
services:
  - {name: api, image: "api:1"}
  - {name: web, manifests: [web.yaml]}
`;
const web = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "registry.example/web:1"}, {name: proxy, image: "proxy:1"}]}
`;

let workingDirectory: string;

beforeEach(() => {
  workingDirectory = folderWith({
    'flotilla.yaml': flotillaFile,
    'web.yaml': web,
    'api.json': JSON.stringify({ api: digest('api') }),
    'web.json': JSON.stringify({ 'registry.example/web': digest('web') }),
    'broken.json': '["api"]',
  });
});

const flotilla = (...words: readonly string[]) => run(words, { workingDirectory });

test('render shows the digests that builds have written in place of what the files name, and leaves the rest', async () => {
  const both = ['--images', 'api.json', '--images', 'web.json'];
  const { exitCode, stdout } = await flotilla('render', ...both);
  const images = [...stdout.matchAll(/image: (\S+)/g)].map(([, image]) => image);
  expect({ exitCode, images }).toEqual({
    exitCode: 0,
    images: [digest('api'), digest('web'), 'proxy:1'],
  });
  expect(await flotilla('deploy', '--dry-run=client', ...both)).toMatchObject({ exitCode: 0, stdout });
});

test.each([
  ['gone.json', 'images gone.json: there is no such file.'],
  ['broken.json', 'images broken.json: '],
])('%s is refused, with what a build has to write', async (file, message) => {
  const { exitCode, stdout, stderr } = await flotilla('render', '--images', file);
  expect({ exitCode, stdout }).toEqual({ exitCode: 66, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('{"api": "registry/app@sha256:…"}');
});

describe('in a cluster', () => {
  let server: EmbeddedCluster;

  beforeEach(async () => {
    server = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
    writeFileSync(join(workingDirectory, 'kubeconfig'), server.kubeconfig);
  });

  afterEach(async () => {
    await server.close();
  });

  const inCluster = (...words: readonly string[]) =>
    flotilla(...words, '--kubeconfig', join(workingDirectory, 'kubeconfig'));
  const deploy = (...words: readonly string[]) => inCluster('deploy', '--create-namespace', ...words);

  test('deploys them; built to the same digest again there is nothing to do, and without them all is different', async () => {
    const images = ['--images', 'api.json', '--images', 'web.json'];
    expect(await deploy(...images)).toMatchObject({ exitCode: 0 });
    writeFileSync(join(workingDirectory, 'api.json'), `\n{ "api": "${digest('api')}" }\n`);
    expect(await inCluster('diff', ...images)).toMatchObject({
      exitCode: 0,
      stdout: 'no differences: 2 objects as asked\n',
    });
    expect(await inCluster('affected', ...images, '--exit-code')).toMatchObject({ exitCode: 0 });
    expect(await inCluster('prove', ...images, '--exit-code', '--proof', 'proof.json')).toMatchObject({
      exitCode: 0,
    });
    expect(await inCluster('affected', '--exit-code')).toMatchObject({ exitCode: 1 });
    const { stdout } = await inCluster('diff');
    expect(stdout).toContain(digest('api'));
    expect(stdout).toContain('api:1');
  });
});
