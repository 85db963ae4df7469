import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './control-plane/run-program.js';
import { runExecutorOf } from './testing/nx-executor.js';
import { install, packPackages, type PackedPackages } from './testing/packed.js';

let folder: string;
let packed: PackedPackages;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  packed = await packPackages(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

// What only our own tests use, and what no program reads.
const testsOnly =
  /\.test\.|\.map$|tsbuildinfo|testing\/(model|shop|shop-runs|compile-text|format-compiled|format-file-format|error-examples|scripted-server|test-deployments)\b/;
const always = ['LICENSE', 'README.md', 'package.json'];

test.each([
  ['core', /^dist\/.*\.(js|d\.ts)$/, []],
  ['k8s-executor', /^dist\/.*\.(js|d\.ts)$/, []],
  ['cli', /^dist\/.*\.js(\.LEGAL\.txt)?$/, ['bin/flotilla.js']],
  [
    'nx-plugin',
    /^dist\/(?!testing\/)([^/]+\.d\.ts|.*(\.m?js(\.LEGAL\.txt)?|\/schema\.json))$/,
    ['executors.json', 'generators.json', 'migrations.json'],
  ],
] as const)('%s holds what is needed and nothing else', (name, built, more) => {
  const { files } = packed[name];
  expect(files.filter((path) => !built.test(path))).toEqual([...always, ...more].sort());
  expect(files.filter((path) => testsOnly.test(path))).toEqual([]);
});

// Nobody listens on port 1: the answer is a refusal, if the proxy's agent and client-node's parts are there to ask.
const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'c',
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1', 'proxy-url': 'socks5://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
});

/** How much the command loads, in characters, before it knows what is asked: saying the version must not pay for the rest. */
async function readStart(dist: string): Promise<number> {
  const bin = await readFile(join(dist, 'bin.js'), 'utf8');
  const chunks = [...bin.matchAll(/^(?:\} from|import) "\.\/(chunks\/[^"]+)";$/gm)].map(
    ([, path = '']) => path,
  );
  const texts = await Promise.all(chunks.map((path) => readFile(join(dist, path), 'utf8')));
  return bin.length + texts.join('').length;
}

test('the command runs from its tarball alone, without the other packages and without install scripts, and loads little to start', async () => {
  const example = new URL('../../examples/one-service/flotilla.yaml', import.meta.url);
  const files = { 'flotilla.yaml': await readFile(example, 'utf8'), kubeconfig };
  const alone = await install([packed.cli.tarball], files);
  try {
    expect(await alone.installScripts()).toEqual([]);
    const version = await alone.run('flotilla', ['--version']);
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/\d+\.\d+\.\d+/);
    expect(await alone.run('flotilla', ['plan'])).toMatchObject({ code: 0, stderr: '' });
    const deployed = await alone.run('flotilla', ['deploy', '--cluster', 'embedded']);
    expect({ code: deployed.code, stderr: deployed.stderr }).toMatchObject({ code: 0 });
    expect(deployed.stdout).toContain('succeeded');
    const refused = await alone.run('flotilla', ['deploy', '--kubeconfig', 'kubeconfig']);
    expect(refused).toMatchObject({ code: 69 });
    expect(refused.stderr).not.toContain('Cannot find');
    expect(await readStart(join(alone.folder, 'node_modules/@flotilla/cli/dist'))).toBeLessThan(20_000);
  } finally {
    await alone.remove();
  }
});

test('the executors of the plugin run from its tarball alone, without the other packages', async () => {
  const example = new URL('../../examples/one-service/flotilla.yaml', import.meta.url);
  const files = { 'flotilla.yaml': await readFile(example, 'utf8'), kubeconfig };
  const alone = await install(['--omit=peer', packed['nx-plugin'].tarball], files);
  try {
    const { folder } = alone;
    const plugin = join(folder, 'node_modules/@flotilla/nx-plugin');
    const deploy = (options: object) => runExecutorOf(plugin, 'deploy/executor', { folder, options });
    const deployed = await deploy({ cluster: 'embedded' });
    expect(deployed).toMatchObject({ code: 0, stderr: '' });
    expect(deployed.stdout).toContain('succeeded');
    const refused = await deploy({ kubeconfig: 'kubeconfig' });
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(refused.stdout).toContain('127.0.0.1:1');
    expect(refused.stdout).not.toContain('Cannot find');
  } finally {
    await alone.remove();
  }
});

test('the libraries are ES modules that load from their tarballs', async () => {
  const together = await install([packed.core.tarball, packed['k8s-executor'].tarball], {
    'load.mjs': `
      import { loadPlan } from '@flotilla/core';
      import { createFakeRunner } from '@flotilla/core/testing';
      import { openCluster } from '@flotilla/k8s-executor';
      import { startEmbeddedCluster } from '@flotilla/k8s-executor/embedded';
      console.log([loadPlan, createFakeRunner, openCluster, startEmbeddedCluster].map((each) => typeof each).join(' '));
    `,
  });
  try {
    expect(await together.installScripts()).toEqual([]);
    const loaded = await runProgram(process.execPath, ['load.mjs'], { cwd: together.folder });
    expect(loaded).toMatchObject({ stderr: '', stdout: 'function function function function\n' });
    const built = await readFile(join(together.folder, 'node_modules/@flotilla/core/dist/index.js'), 'utf8');
    expect(built).not.toContain('sourceMappingURL');
  } finally {
    await together.remove();
  }
});
