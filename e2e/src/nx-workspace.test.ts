import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { createNxWorkspace, nxVersions, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages } from './testing/packed.js';

interface ShownProject {
  readonly targets: Readonly<
    Record<string, { readonly executor: string; readonly options: { file: string } }>
  >;
}

let cluster: ControlPlane;
let folder: string;
let tarballs: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  tarballs = Object.values(await packPackages(folder)).map(({ tarball }) => tarball);
  cluster = await startControlPlane();
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

describe.each(nxVersions)('Nx %s', (version) => {
  let workspace: NxWorkspace;

  beforeAll(async () => {
    workspace = await createNxWorkspace(version, tarballs);
  });

  afterAll(async () => {
    await workspace.remove();
  });

  test('infers the targets without loading anything of Kubernetes', async () => {
    const scope = join(workspace.folder, 'node_modules/@flotilla');
    for (const name of ['core', 'k8s-executor']) await rename(join(scope, name), join(scope, `${name}-away`));
    const shown = await workspace.nx(['show', 'project', 'shop', '--json']);
    for (const name of ['core', 'k8s-executor']) await rename(join(scope, `${name}-away`), join(scope, name));
    expect({ code: shown.code, stderr: shown.stderr }).toMatchObject({ code: 0 });
    const { targets } = JSON.parse(shown.stdout) as ShownProject;
    const names = ['deploy', 'deploy-plan', 'plan', 'rehearse', 'diff', 'status', 'destroy'];
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

  test('deploys to a real API server and takes it down again', async () => {
    const namespace = `nx-${version.replaceAll('.', '-')}`;
    await cluster.kubectl(['create', 'namespace', namespace]);
    const env = { KUBECONFIG: cluster.kubeconfig.admin };
    const objects = async () =>
      (await cluster.kubectl(['-n', namespace, 'get', 'deploy,svc,job', '-o', 'name'])).stdout;

    const deployed = await workspace.nx(['run', 'shop:deploy', `--namespace=${namespace}`], { env });
    expect({ code: deployed.code, stdout: deployed.stdout }).toMatchObject({ code: 0 });
    expect(await objects()).toContain('deployment.apps/api');

    const again = await workspace.nx(['run', 'shop:deploy', `--namespace=${namespace}`], { env });
    expect({ code: again.code, stdout: again.stdout }).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('3 tasks: 3 succeeded');
    expect(again.stdout).toContain('Nx read the output from the cache');

    const status = await workspace.nx(['run', 'shop:status', `--namespace=${namespace}`], { env });
    expect({ code: status.code, stdout: status.stdout }).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(/services\.db +in-sync/);

    const destroyed = await workspace.nx(['run', 'shop:destroy', `--namespace=${namespace}`], { env });
    expect({ code: destroyed.code, stdout: destroyed.stdout }).toMatchObject({ code: 0 });
    expect(await objects()).toBe('');
  });

  test('a build says which image is deployed; built to the same digest again, the deploy is a hit', async () => {
    const namespace = `nx-image-${version.replaceAll('.', '-')}`;
    await cluster.kubectl(['create', 'namespace', namespace]);
    const deploy = async () => {
      const env = { KUBECONFIG: cluster.kubeconfig.admin };
      const ended = await workspace.nx(['run', 'shop:deploy', `--namespace=${namespace}`], { env });
      expect({ code: ended.code, stdout: ended.stdout }).toMatchObject({ code: 0 });
      const path = '{.spec.template.spec.containers[0].image}';
      const args = ['-n', namespace, 'get', 'deployment', 'api', '-o', `jsonpath=${path}`];
      return { said: ended.stdout, image: (await cluster.kubectl(args)).stdout };
    };
    const server = join(workspace.folder, 'apps/shop/src/server.js');
    const code = await readFile(server, 'utf8');

    const first = await deploy();
    expect(first.image).toMatch(/^ghcr\.io\/flotilla-deploy\/shop-orders@sha256:[0-9a-f]{64}$/);
    await writeFile(server, `// The same program.\n${code}`);
    const same = await deploy();
    expect(same.image).toBe(first.image);
    expect(same.said).toContain('built ghcr.io/flotilla-deploy/shop-orders@sha256:');
    expect(same.said).toMatch(/read the output from the cache .* for 1 out of 3 tasks/);
    await writeFile(server, code.replace('ordered', 'sold'));
    const changed = await deploy();
    expect(changed.image).not.toBe(first.image);
    expect(changed.said).toContain('.image is not what the files say');
  });

  test('projects are deployed beside each other, dependents after what they depend on', async () => {
    const namespace = `nx-order-${version.replaceAll('.', '-')}`;
    await cluster.kubectl(['create', 'namespace', namespace]);
    await mkdir(join(workspace.folder, 'apps/blog'));
    await writeFile(join(workspace.folder, 'apps/blog/project.json'), '{"name": "blog"}');
    const blog = 'name: blog\nservices: [{name: blog, image: "blog:1"}]\n';
    await writeFile(join(workspace.folder, 'apps/blog/flotilla.yaml'), blog);
    const args = ['run-many', '-t', 'deploy', `--namespace=${namespace}`, '--parallel=3'];
    const ended = await workspace.nx(args, { env: { KUBECONFIG: cluster.kubeconfig.admin } });
    expect({ code: ended.code, stdout: ended.stdout }).toMatchObject({ code: 0 });

    const created = async (kind: string, name: string) => {
      const get = ['-n', namespace, 'get', kind, name, '-o', 'json'];
      return JSON.parse((await cluster.kubectl(get)).stdout) as {
        metadata: { creationTimestamp: string };
        data: Record<string, string>;
      };
    };
    const shop = await created('configmap', 'flotilla-shop.receipt');
    const { at } = JSON.parse(shop.data['receipt.json'] ?? '') as { at: string };
    const web = (await created('deployment', 'web')).metadata.creationTimestamp;
    // The API server tells whole seconds.
    expect(Date.parse(web)).toBeGreaterThanOrEqual(Date.parse(at) - 1_000);
    expect((await created('configmap', 'flotilla-blog.receipt')).data['receipt.json']).toContain(
      '"succeeded"',
    );
  });
});
