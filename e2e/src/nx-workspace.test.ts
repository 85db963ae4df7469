import { mkdtemp, rename, rm } from 'node:fs/promises';
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
    const names = ['deploy', 'deploy-plan', 'plan', 'rehearse', 'status', 'destroy'];
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
    expect(mistyped.stdout + mistyped.stderr).toContain("'contxt' is not found in schema");
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
});
