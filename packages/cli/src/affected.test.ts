import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '@flotilla/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import { folderWith, run } from './testing/fake-ports.js';

const deployment = (name: string) =>
  `name: ${name}\nnamespace: ${name}\nservices: [{name: web, image: "${name}:1"}]\n`;

let server: EmbeddedCluster;
let workingDirectory: string;

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workingDirectory, path)), { recursive: true });
    writeFileSync(join(workingDirectory, path), text);
  }
}

beforeEach(async () => {
  server = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
  workingDirectory = folderWith({ kubeconfig: server.kubeconfig });
  write({
    'apps/shop/flotilla.yaml': deployment('shop'),
    'apps/shop/project.json': '{"name": "storefront"}',
    'apps/web/flotilla.yaml': deployment('web'),
    'apps/web/package.json': '{"name": "@acme/web"}',
    'apps/old/.release/application_template.yaml': deployment('old'),
    'node_modules/other/flotilla.yaml': 'not one of ours',
  });
});

afterEach(async () => {
  await server.close();
});

const flotilla = (...words: readonly string[]) =>
  run([...words, '--kubeconfig', join(workingDirectory, 'kubeconfig')], { workingDirectory });
const deploy = (name: string, ...words: readonly string[]) =>
  flotilla('deploy', '-f', `apps/${name}/flotilla.yaml`, '--create-namespace', ...words);

test('names the projects whose environment is not as their files say, until it is', async () => {
  const all = await flotilla('affected');
  expect({ ...all, stderr: '' }).toEqual({ exitCode: 0, stdout: 'old,storefront,@acme/web\n', stderr: '' });
  expect(all.stderr).toContain('storefront\n  no run of shop is recorded in this cluster\n');

  expect(await deploy('shop')).toMatchObject({ exitCode: 0 });
  expect(await flotilla('affected')).toMatchObject({ stdout: 'old,@acme/web\n' });
  const two = ['-f', 'apps/shop/flotilla.yaml', '-f', 'apps/web/flotilla.yaml'];
  expect(await flotilla('affected', ...two, '--exit-code', '-q')).toEqual({
    exitCode: 1,
    stdout: '@acme/web\n',
    stderr: '',
  });

  write({ 'apps/shop/flotilla.yaml': deployment('shop').replace(':1', ':2') });
  const changed = await flotilla('affected', '-f', 'apps/shop/flotilla.yaml', '-o', 'json');
  expect(JSON.parse(changed.stdout)).toMatchObject({
    items: [
      {
        project: 'storefront',
        deployment: 'shop',
        inSync: false,
        reasons: [{ kind: 'input' }],
        last: { outcome: 'succeeded' },
      },
    ],
  });
});

test('a project whose objects another deployment has is affected: its deploy says how they change hands', async () => {
  await deploy('shop');
  write({ 'apps/web/flotilla.yaml': deployment('web').replace('namespace: web', 'namespace: shop') });
  const asked = await flotilla('affected', '--exit-code');
  expect(asked).toMatchObject({ exitCode: 1, stdout: 'old,@acme/web\n' });
  expect(asked.stderr).toContain(
    '@acme/web\n  Deployment shop/web belongs to another set: the deployment "shop" of namespace shop',
  );
  expect(await deploy('web')).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining('--take-ownership') as string,
  });
});

test('an environment is one of nx.json; an unknown one is refused with the nearest', async () => {
  const environments = { staging: { namespace: 'staging' } };
  write({
    'nx.json': JSON.stringify({ plugins: [{ plugin: '@flotilla/nx-plugin', options: { environments } }] }),
  });
  await deploy('shop', '--namespace', 'staging');
  const file = ['-f', 'apps/shop/flotilla.yaml'];
  expect(await flotilla('affected', ...file, '--environment', 'staging')).toMatchObject({
    exitCode: 0,
    stdout: '',
  });
  expect(await flotilla('affected', ...file)).toMatchObject({ stdout: 'storefront\n' });
  const unknown = await flotilla('affected', '--environment', 'stagin');
  expect(unknown).toMatchObject({ exitCode: 64, stdout: '' });
  expect(unknown.stderr).toContain('Did you mean staging?');
});

test('a proof is the same while nothing changes, once a deploy has recorded its token', async () => {
  const prove = async () => {
    const file = ['-f', 'apps/shop/flotilla.yaml', '--proof', 'out/proof.json', '--exit-code'];
    const { exitCode } = await flotilla('prove', ...file);
    return { exitCode, text: readFileSync(join(workingDirectory, 'out/proof.json'), 'utf8') };
  };
  const [first, second] = [await prove(), await prove()];
  expect([first.exitCode, second.exitCode]).toEqual([1, 1]);
  expect(second.text).not.toBe(first.text);
  expect(await deploy('shop', '--proof', 'out/proof.json')).toMatchObject({ exitCode: 0 });
  expect(await prove()).toEqual({ exitCode: 0, text: second.text });
  write({ 'apps/shop/flotilla.yaml': deployment('shop').replace(':1', ':2') });
  expect((await prove()).text).not.toBe(second.text);
  expect(await deploy('shop', '--proof', 'nowhere.json')).toMatchObject({ exitCode: 66 });
});
