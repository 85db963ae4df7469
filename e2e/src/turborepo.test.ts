import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useControlPlane } from './testing/use-control-plane.js';
import { install, packPackages, type Installation } from './testing/packed.js';

// docs/turborepo.md, with the real turbo: what is said there to be safe is, and what is said not to be is not.

const example = fileURLToPath(new URL('../../examples/turborepo/', import.meta.url));

const { cluster } = useControlPlane({ nodes: { nodes: 1 } });
let tarballs: string;
let workspace: Installation;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  const packed = await packPackages(tarballs);
  const { core, 'k8s-executor': executor, cli } = packed;
  const dependencies = ['turbo@2.11.11', core.tarball, executor.tarball, cli.tarball];
  workspace = await install(dependencies, await readExample());
});

afterAll(async () => {
  await workspace.remove();
  await rm(tarballs, { recursive: true });
});

async function readExample(): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(example, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(example, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|\.turbo|\.flotilla)\//.test(path));
  const texts = paths.map(async (path) => [path, await readFile(join(example, path), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function turbo(task: string) {
  const args = ['run', task, '--output-logs=full', '--log-order=grouped'];
  const env = { KUBECONFIG: cluster.kubeconfig.admin, TURBO_TELEMETRY_DISABLED: '1', CI: 'true' };
  const { code, stdout, stderr } = await workspace.run('turbo', args, { env });
  return { code, output: stdout + stderr };
}

/** Proves, then deploys; which of the projects were truly deployed, and which were hits. */
async function proveAndDeploy(): Promise<Readonly<Record<string, 'ran' | 'hit'>>> {
  const proved = await turbo('prove');
  expect(proved).toMatchObject({ code: 0 });
  const deployed = await turbo('deploy');
  expect(deployed).toMatchObject({ code: 0 });
  return Object.fromEntries(
    ['api', 'web'].map((name) => {
      const found = new RegExp(`@example/${name}:deploy\\W+cache (hit|miss)`).exec(deployed.output);
      if (found === null) throw new Error(`turbo says nothing of ${name}:\n${deployed.output}`);
      return [name, found[1] === 'hit' ? 'hit' : 'ran'];
    }),
  );
}

test('a deploy is a hit while its cluster holds what the files say, and only then', async () => {
  expect(await proveAndDeploy()).toEqual({ api: 'ran', web: 'ran' });
  expect(await proveAndDeploy()).toEqual({ api: 'hit', web: 'hit' });
  await cluster.kubectl(['delete', 'service', 'web']);
  expect(await proveAndDeploy()).toEqual({ api: 'hit', web: 'ran' });
  expect(await proveAndDeploy()).toEqual({ api: 'hit', web: 'hit' });
});

test('proved and deployed in one run, a deploy is a hit over a cluster that has drifted: hence two runs', async () => {
  const path = join(workspace.folder, 'turbo.json');
  const text = await readFile(path, 'utf8');
  const inOneRun = JSON.parse(text) as { tasks: { deploy: { dependsOn: readonly string[] } } };
  inOneRun.tasks.deploy.dependsOn = ['prove', '^deploy'];
  await writeFile(path, JSON.stringify(inOneRun));
  expect(await turbo('deploy')).toMatchObject({ code: 0 });
  await cluster.kubectl(['delete', 'service', 'web']);
  expect(await turbo('deploy')).toMatchObject({ code: 0 });
  expect(await cluster.kubectl(['get', 'service', 'web'])).not.toMatchObject({ code: 0 });
  await writeFile(path, text);
  expect(await proveAndDeploy()).toMatchObject({ web: 'ran' });
  expect(await cluster.kubectl(['get', 'service', 'web'])).toMatchObject({ code: 0 });
});

test('where the cluster cannot be asked, there is no proof and so no hit', async () => {
  const args = ['run', 'prove'];
  const env = { KUBECONFIG: '/nowhere', CI: 'true' };
  expect(await workspace.run('turbo', args, { env })).not.toMatchObject({ code: 0 });
});
