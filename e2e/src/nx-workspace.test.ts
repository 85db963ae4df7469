import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import type { ProgramResult } from './control-plane/run-program.js';
import { mergePatch } from './kube-client/kube-client.js';
import { createNxWorkspace, nxVersions, oneProcess, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages, type PackedPackages } from './testing/packed.js';

interface ShownProject {
  readonly targets: Readonly<
    Record<string, { readonly executor: string; readonly options: { file: string } }>
  >;
}

let cluster: ControlPlane;
let folder: string;
let packed: PackedPackages;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  packed = await packPackages(folder);
  cluster = await startControlPlane({ audit: false, nodes: { startMs: 50, readyMs: 50, runMs: 50 } });
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

describe.each(nxVersions)('Nx %s', (version) => {
  let workspace: NxWorkspace;

  beforeAll(async () => {
    workspace = await createNxWorkspace(version, packed);
  });

  afterAll(async () => {
    await workspace.remove();
  });

  test('infers the targets without loading anything of Kubernetes', async () => {
    const dist = join(workspace.folder, 'node_modules/@flotilla/nx-plugin/dist');
    const away = ['runtime.mjs', 'chunks'].map(
      (name) => [join(dist, name), join(dist, `${name}-away`)] as const,
    );
    for (const [path, elsewhere] of away) await rename(path, elsewhere);
    const shown = await workspace.nx(['show', 'project', 'shop', '--json']);
    for (const [path, elsewhere] of away) await rename(elsewhere, path);
    expect({ code: shown.code, stderr: shown.stderr }).toMatchObject({ code: 0 });
    const { targets } = JSON.parse(shown.stdout) as ShownProject;
    const names = [
      'deploy',
      'deploy-plan',
      'plan',
      'rehearse',
      'diff',
      'status',
      'destroy',
      'history',
      'rollback',
    ];
    const inferred = names.map((name) => targets[name]?.executor);
    expect(inferred).toEqual(names.map((name) => `@flotilla/nx-plugin:${name}`));
    expect(targets['deploy']?.options).toMatchObject({ file: 'apps/shop/flotilla.yaml' });
  });

  test('nothing but Nx itself brings an install script', async () => {
    expect(await workspace.installScripts()).toEqual(['node_modules/nx']);
  });

  test('plans, and refuses an option that it does not know', async () => {
    const plan = await workspace.nx(['run', 'shop:plan']);
    expect({ code: plan.code, stderr: plan.stderr }).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain('shop · setup');
    const mistyped = await workspace.nx(['run', 'shop:deploy', '--cluster=embedded', '--contxt=prod']);
    expect(mistyped.code).not.toBe(0);
    expect(mistyped.stdout + mistyped.stderr).toContain(
      'There is no option "contxt".\n  Did you mean context?',
    );
  });

  test('deploys a project after those it depends on, the flags forwarded to them', async () => {
    const args = ['run', 'web:deploy', '--cluster=embedded', '--no-preflight', '--output-style=stream'];
    const { code, stdout, stderr } = await workspace.nx(args);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.match(/This is a simulation/g)).toHaveLength(2);
    expect(stdout.indexOf('✓ shop · setup succeeded')).toBeGreaterThan(0);
    expect(stdout.indexOf('✓ web · setup succeeded')).toBeGreaterThan(
      stdout.indexOf('✓ shop · setup succeeded'),
    );
  });

  describe('on a real control plane', () => {
    const namespace = `nx-${version.replaceAll('.', '-')}`;

    beforeAll(async () => {
      await cluster.kubectl(['create', 'namespace', namespace]);
    });

    async function nx(...args: readonly string[]): Promise<ProgramResult> {
      const env = { KUBECONFIG: cluster.kubeconfig.admin, ...oneProcess };
      return workspace.nx([...args, `--namespace=${namespace}`], { env });
    }

    /** What a target of shop says, which succeeds. */
    async function shop(target: string, ...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await nx('run', `shop:${target}`, ...args);
      expect({ target, code, said: code === 0 ? '' : stdout + stderr }).toEqual({
        target,
        code: 0,
        said: '',
      });
      return stdout;
    }

    async function imageOf(name: string): Promise<string | undefined> {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const found = (await cluster.client.request({ method: 'GET', path })) as DeploymentObject;
      return found.spec.template.spec.containers[0]?.image;
    }

    const inShop = (path: string) => join(workspace.folder, 'apps/shop', path);
    const edit = async (path: string, change: (text: string) => string) => {
      await writeFile(inShop(path), change(await readFile(inShop(path), 'utf8')));
    };

    test('deploys the image that a build has made; built to the same digest again, the deploy is a hit', async () => {
      expect(await shop('deploy')).toContain('built ghcr.io/flotilla-deploy/shop-orders@sha256:');
      const first = await imageOf('api');
      expect(first).toMatch(/^ghcr\.io\/flotilla-deploy\/shop-orders@sha256:[0-9a-f]{64}$/);
      expect(await shop('deploy')).toMatch(/read the output from the cache .* for 2 out of 3 tasks/);

      await edit('src/server.js', (code) => `// The same program.\n${code}`);
      const same = await shop('deploy');
      expect(same).toContain('built ghcr.io/flotilla-deploy/shop-orders@sha256:');
      expect(same).toMatch(/read the output from the cache .* for 1 out of 3 tasks/);
      expect(await imageOf('api')).toBe(first);

      await edit('src/server.js', (code) => code.replace('ordered', 'sold'));
      expect(await shop('diff')).toContain('image');
      expect(await shop('deploy')).toContain('.image is not what the files say');
      expect(await imageOf('api')).not.toBe(first);
      expect(await shop('status')).toMatch(/services\.db +in-sync/);
    });

    test('tells the history and puts an earlier revision back, after which a deploy is no hit', async () => {
      const second = await imageOf('api');
      expect(await shop('history')).toMatch(/services\.api[\s\S]*2[\s\S]*1/);
      expect(await shop('rollback', '--tasks=services.api', '--to=1')).toContain('services.api');
      expect(await imageOf('api')).not.toBe(second);
      expect(await shop('deploy')).toContain('What was different');
      expect(await imageOf('api')).toBe(second);
    });

    test('rehearses a failure without touching the cluster, and takes a halted run back', async () => {
      const rehearsed = await workspace.nx(['run', 'shop:rehearse', '--fail=jobs.migrate']);
      expect(rehearsed).toMatchObject({ code: 1 });
      expect(rehearsed.stdout).toContain('halted');

      const before = await imageOf('db');
      await edit('flotilla.yaml', (text) =>
        text.replace('postgres:17', 'postgres:18').replace('ghcr.io/flotilla-deploy', 'registry.invalid'),
      );
      const halted = await nx('run', 'shop:deploy', '--onHalt=rollback', '--grace=image-not-found=0s');
      expect(halted).toMatchObject({ code: 1 });
      expect(halted.stdout).toContain('jobs.migrate');
      expect(await imageOf('db')).toBe(before);
    });

    test('takes down what it has deployed', async () => {
      await shop('destroy');
      const left = await cluster.kubectl(['-n', namespace, 'get', 'deploy,svc,job', '-o', 'name']);
      expect(left.stdout).toBe('');
    });

    test('projects that do not depend on each other are deployed at the same time, by one Nx or by several', async () => {
      const names = ['left', 'right', 'other'];
      for (const name of names) {
        const folder = join(workspace.folder, 'apps', name);
        await mkdir(folder);
        await writeFile(join(folder, 'project.json'), JSON.stringify({ name }));
        await writeFile(join(folder, 'flotilla.yaml'), meeting(name));
        await writeFile(join(folder, 'door.yaml'), door(name));
      }
      const ending = [
        nx('run-many', '-t', 'deploy', '-p', 'left,right', '--parallel=2'),
        nx('run', 'other:deploy'),
      ];
      await openDoors(namespace, names);
      for (const { code, stdout } of await Promise.all(ending))
        expect({ code, stdout }).toMatchObject({ code: 0 });
    });
  });
});

interface DeploymentObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
}

/** A deployment that ends when somebody opens its door. */
const meeting = (name: string) => `name: ${name}
services:
  - name: door
    manifests: [door.yaml]
    ready: { kind: ConfigMap, current: '"opened" in self.data' }
`;
const door = (name: string) =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: door-${name}}, data: {of: ${name}}}\n`;

/** Opens the doors once all of them are there: one deployment after the other would never get that far. */
async function openDoors(namespace: string, names: readonly string[]): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const missing = new Set(names.map((name) => `door-${name}`));
  const all = new AbortController();
  const see = (line: string) => {
    const { object } = JSON.parse(line) as {
      readonly object: { readonly metadata: { readonly name: string } };
    };
    missing.delete(object.metadata.name);
    if (missing.size === 0) all.abort();
  };
  await cluster.client
    .lines(`${path}?watch=1&timeoutSeconds=100`, see, all.signal)
    .catch((error: unknown) => {
      if (!all.signal.aborted) throw error;
    });
  expect([...missing]).toEqual([]);
  for (const name of names)
    await cluster.client.request({
      method: 'PATCH',
      path: `${path}/door-${name}`,
      body: { data: { opened: 'yes' } },
      contentType: mergePatch,
    });
}
