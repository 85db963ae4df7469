import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { KubeError, mergePatch } from './kube-client/kube-client.js';
import { startNxCacheServer, type NxCacheServer } from './testing/nx-cache-server.js';
import { layOutNxWorkspace, nxVersions, oneProcess, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages, type PackedPackages } from './testing/packed.js';

// The judge of nx.md: one project is deployed again and again, and the cluster tampered with in between. What truly ran
// is told by the receipts that runs leave in the cluster, never by what Nx says.

const planted = 'planted-pin-4711';
const flotillaFile = (namespace: string, registry = 'registry.example') => `name: app
namespace: ${namespace}
services:
  - {name: settings, manifests: [k8s/*.*]}
  - {name: web, image: '${registry}/web:1', replicas: 2, timeout: 20s}
`;
const settings = (level: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: ${level}}\n`;
const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {pin: ${planted}}\n`;

let first: ControlPlane;
let second: ControlPlane;
let remote: NxCacheServer;
let folder: string;
let packed: PackedPackages;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-nx-cache-'));
  packed = await packPackages(folder);
  const nodes = { startMs: 50, readyMs: 50 };
  [first, second, remote] = await Promise.all([
    startControlPlane({ nodes }),
    startControlPlane({ nodes, audit: false }),
    startNxCacheServer(),
  ]);
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop(), remote.close()]);
  await rm(folder, { recursive: true });
});

describe.each(nxVersions)('Nx %s', (version) => {
  const namespace = `nx-${version.replaceAll('.', '-')}`;
  const kubeconfig = () => join(folder, `kubeconfig-${version}`);
  let workspace: NxWorkspace;
  let cluster: ControlPlane;

  beforeAll(async () => {
    cluster = first;
    await copyFile(first.kubeconfig.admin, kubeconfig());
    for (const [plane, name] of [
      [first, namespace],
      [first, `${namespace}-staging`],
      [second, namespace],
    ] as const)
      await plane.kubectl(['create', 'namespace', name]);
    const environments = { staging: { namespace: `${namespace}-staging` } };
    workspace = await layOutNxWorkspace(version, packed, {
      'nx.json': JSON.stringify({
        neverConnectToCloud: true,
        analytics: false,
        plugins: [{ plugin: '@flotilla/nx-plugin', options: { environments } }],
      }),
      'apps/app/project.json': JSON.stringify({ name: 'app' }),
      'apps/app/flotilla.yaml': flotillaFile(namespace),
      'apps/app/k8s/settings.yaml': settings('a'),
      'apps/app/k8s/keys.yaml': secret,
    });
  });

  afterAll(async () => {
    await workspace.remove();
  });

  const write = (path: string, text: string) => writeFile(join(workspace.folder, 'apps/app', path), text);

  async function kubectl(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...words]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  /** The id of the last run that the cluster knows of. */
  async function lastRun(place: string): Promise<string> {
    const path = `/api/v1/namespaces/${place}/configmaps/flotilla-app.receipt`;
    const found = await cluster.client.request({ method: 'GET', path }).catch((error: unknown) => {
      if (error instanceof KubeError && error.code === 404) return { data: {} };
      throw error;
    });
    const { data } = found as { readonly data: Readonly<Record<string, string>> };
    return (JSON.parse(data['receipt.json'] ?? '{"run": "none"}') as { run: string }).run;
  }

  interface Deployed {
    readonly did: 'run' | 'hit' | 'fail';
    readonly said: string;
  }

  async function deploy(
    args: readonly string[] = [],
    { place = namespace, env = {}, nx = workspace.nx.bind(workspace) }: Partial<Where> = {},
  ): Promise<Deployed> {
    const before = await lastRun(place);
    const words = ['run', 'app:deploy', '--output-style=stream', ...args];
    const { code, stdout, stderr } = await nx(words, {
      env: { KUBECONFIG: kubeconfig(), ...oneProcess, ...env },
    });
    const ran = (await lastRun(place)) !== before;
    return { did: code !== 0 ? 'fail' : ran ? 'run' : 'hit', said: stdout + stderr };
  }

  interface Where {
    readonly place: string;
    readonly env: Readonly<Record<string, string>>;
    readonly nx: NxWorkspace['nx'];
  }

  async function level(): Promise<string | undefined> {
    const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
    const { data } = (await cluster.client.request({ method: 'GET', path })) as {
      readonly data: Readonly<Record<string, string>>;
    };
    return data['level'];
  }

  test('the first deploy runs and every further one is a hit, whose words are still true', async () => {
    expect(await deploy()).toMatchObject({ did: 'run' });
    for (const again of [await deploy(), await deploy()]) {
      expect(again).toMatchObject({ did: 'hit' });
      expect(again.said).toMatch(/Run nx-\w+, \d{4}-/);
    }
  });

  test('drift by another manager is a conflict that names it; taken back, the next deploy but one is a hit', async () => {
    await kubectl('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"level":"x"}}');
    const drifted = await deploy();
    expect(drifted).toMatchObject({ did: 'fail' });
    expect(drifted.said).toContain('.data.level (changed by kubectl-patch)');
    expect(drifted.said).toContain('--force-conflicts');
    expect(await deploy(['--force-conflicts'])).toMatchObject({ did: 'run' });
    expect(await level()).toBe('a');
    expect((await deploy()).did).not.toBe('fail');
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('an object that was deleted comes back', async () => {
    await kubectl('delete', 'secret', 'keys');
    const deployed = await deploy();
    expect(deployed).toMatchObject({ did: 'run' });
    expect(deployed.said).toContain(`Secret ${namespace}/keys is not there`);
    expect(await kubectl('get', 'secret', 'keys', '-o', 'name')).toBe('secret/keys\n');
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('A, B, A, B, A: every change runs, and the cluster holds what was asked last', async () => {
    for (const value of ['b', 'a', 'b', 'a']) {
      await write('k8s/settings.yaml', settings(value));
      const changed = await deploy();
      expect(changed).toMatchObject({ did: 'run' });
      expect(changed.said).toContain(`ConfigMap ${namespace}/settings .data.level is not what the files say`);
      expect(await level()).toBe(value);
    }
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('a file that no input names is seen all the same', async () => {
    await write('k8s/more.json', settings('more').replace('settings', 'more'));
    expect(await deploy()).toMatchObject({ did: 'run' });
    await write('k8s/more.json', settings('most').replace('settings', 'more'));
    expect(await deploy()).toMatchObject({ did: 'run' });
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('where an input has changed and the cluster need not, the input is named', async () => {
    await write('flotilla.yaml', `# Ours.\n${flotillaFile(namespace)}`);
    const commented = await deploy();
    expect(commented).toMatchObject({ did: 'run' });
    expect(commented.said).toMatch(
      /Changed since the last deploy from here:\n.*  apps\/app\/flotilla\.yaml\n/,
    );
    expect(commented.said).toContain('The cluster is as the files say');
    const slower = await deploy(['--concurrency=1']);
    expect(slower).toMatchObject({ did: 'run' });
    expect(slower.said).toMatch(/Changed since the last deploy from here:\n.*  option concurrency\n/);
  });

  test('a failed deploy is never a hit, even where Nx stores failures; mended, it runs', async () => {
    await write('flotilla.yaml', flotillaFile(namespace, 'registry.invalid').replace('20s', '2s'));
    const env = { NX_CACHE_FAILURES: 'true' };
    const runs = [await lastRun(namespace)];
    while (runs.length < 3) {
      expect(await deploy([], { env })).toMatchObject({ did: 'fail' });
      runs.push(await lastRun(namespace));
    }
    expect(new Set(runs).size).toBe(3);
    await write('flotilla.yaml', flotillaFile(namespace));
    expect(await deploy([], { env })).toMatchObject({ did: 'run' });
    expect(await deploy([], { env })).toMatchObject({ did: 'hit' });
  });

  test('replicas that an autoscaler has taken over are no drift', async () => {
    await cluster.client.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/web/scale?fieldManager=kube-controller-manager`,
      body: { spec: { replicas: 3 } },
      contentType: mergePatch,
    });
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await deploy()).toMatchObject({ did: 'hit' });
    expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('3');
  });

  test('a cluster that does not answer is a failure, never a hit, and does not stay one', async () => {
    const kubeconfigText = JSON.parse(
      (await cluster.kubectl(['config', 'view', '--raw', '-o', 'json'])).stdout,
    ) as { clusters: { cluster: { server: string } }[] };
    const gone = join(folder, `gone-${version}`);
    for (const each of kubeconfigText.clusters) each.cluster.server = 'https://127.0.0.1:1';
    await writeFile(gone, JSON.stringify(kubeconfigText));
    const env = { KUBECONFIG: gone, NX_CACHE_FAILURES: 'true' };
    const failed = await deploy([], { env });
    expect(failed).toMatchObject({ did: 'fail' });
    expect(failed.said).toContain('127.0.0.1:1');
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('without its proof a deploy is refused', async () => {
    const unproved = await deploy(['--exclude-task-dependencies']);
    expect(unproved).toMatchObject({ did: 'fail' });
    expect(unproved.said).toContain('deploy-plan did not run before this deploy');
  });

  test('an environment, and a flag that names a place, have results of their own', async () => {
    const place = `${namespace}-staging`;
    expect(await deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'run' });
    expect(await deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'hit' });
    expect(await deploy()).toMatchObject({ did: 'hit' });
    await first.kubectl(['-n', place, 'delete', 'configmap', 'settings']);
    expect(await deploy()).toMatchObject({ did: 'hit' });
    expect(await deploy([`--namespace=${place}`], { place })).toMatchObject({ did: 'run' });
  });

  test('another cluster under the same context name is another cluster', async () => {
    await copyFile(second.kubeconfig.admin, kubeconfig());
    cluster = second;
    expect(await deploy()).toMatchObject({ did: 'run' });
    expect(await deploy()).toMatchObject({ did: 'hit' });
    await copyFile(first.kubeconfig.admin, kubeconfig());
    cluster = first;
    expect(await deploy()).toMatchObject({ did: 'hit' });
  });

  test('a cold machine hits through a remote cache, and no secret went there', async () => {
    expect(await deploy([], { env: remote.env })).toMatchObject({ did: 'hit' });
    await write('k8s/settings.yaml', settings('remote'));
    expect(await deploy([], { env: remote.env })).toMatchObject({ did: 'run' });
    const cold = join(folder, `cold-${version}`);
    await cp(workspace.folder, join(cold, 'workspace'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.includes(join(workspace.folder, '.nx')),
    });
    const nx: NxWorkspace['nx'] = (args, options) =>
      workspace.nx(args, {
        ...options,
        cwd: join(cold, 'workspace'),
        env: { ...options?.env, HOME: cold },
      });
    const env = { ...remote.env, KUBECONFIG: kubeconfig() };
    expect(await deploy([], { env, nx })).toMatchObject({ did: 'hit' });
    await kubectl('delete', 'secret', 'keys');
    expect(await deploy([], { env, nx })).toMatchObject({ did: 'run' });
    const stored = remote.contents();
    expect(stored).toMatch(/Run nx-\w+/);
    expect(stored).not.toContain(planted);
    expect(stored).not.toContain(Buffer.from(planted).toString('base64'));
  });

  test('what is wiped, or forgotten, is deployed again', async () => {
    await kubectl('delete', 'configmap', 'flotilla-app.receipt');
    expect(await deploy()).toMatchObject({ did: 'run' });
    expect(await deploy()).toMatchObject({ did: 'hit' });
    await kubectl('delete', 'deployment,service,configmap,secret', '-l', 'flotilla.dev/deployment=app');
    await kubectl('delete', 'configmap', 'flotilla-app.receipt', '--ignore-not-found');
    expect(await deploy()).toMatchObject({ did: 'run' });
    expect(await level()).toBe('remote');
  });
});
