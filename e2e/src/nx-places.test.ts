import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { plantedPin, settings, type JudgedApp } from './testing/judged-app.js';
import { startNxCacheServer, type NxCacheServer } from './testing/nx-cache-server.js';
import { openNxJudge, type NxJudge } from './testing/nx-judge.js';
import { nxVersions, type NxWorkspace } from './testing/nx-workspace.js';

// The same project is deployed to other places, and from other machines.

// A test runs Nx up to ten times, each of which takes seconds on a busy machine.
jest.setTimeout(300_000);

let judge: NxJudge;
let remote: NxCacheServer;

beforeAll(async () => {
  [judge, remote] = await Promise.all([openNxJudge(2), startNxCacheServer()]);
});

afterAll(async () => {
  await Promise.all([judge.close(), remote.close()]);
});

describe.each(nxVersions)('Nx %s', (version) => {
  let app: JudgedApp;

  beforeAll(async () => {
    app = await judge.prepare(version);
    expect(await app.deploy()).toMatchObject({ did: 'run' });
  });

  afterAll(async () => {
    await app.remove();
  });

  test('an environment, and a flag that names a place, have results of their own', async () => {
    const place = `${app.namespace}-staging`;
    expect(await app.deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'run' });
    expect(await app.deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'hit' });
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
    await judge.clusters[0]!.kubectl(['-n', place, 'delete', 'configmap', 'settings']);
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
    expect(await app.deploy([`--namespace=${place}`], { place })).toMatchObject({ did: 'run' });
  });

  test('another cluster under the same context name is another cluster', async () => {
    await app.moveTo(judge.clusters[1]!);
    expect(await app.deploy()).toMatchObject({ did: 'run' });
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
    await app.moveTo(judge.clusters[0]!);
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('a cold machine hits through a remote cache, and no secret went there', async () => {
    expect(await app.deploy([], { env: remote.env })).toMatchObject({ did: 'hit' });
    await app.write('k8s/settings.yaml', settings('remote'));
    expect(await app.deploy([], { env: remote.env })).toMatchObject({ did: 'run' });
    const nx = await coldMachine(app.workspace, join(judge.folder, `cold-${version}`));
    expect(await app.deploy([], { env: remote.env, nx })).toMatchObject({ did: 'hit' });
    await app.kubectl('delete', 'secret', 'keys');
    expect(await app.deploy([], { env: remote.env, nx })).toMatchObject({ did: 'run' });
    const stored = remote.contents();
    expect(stored).toMatch(/Run nx-\w+/);
    expect(stored).not.toContain(plantedPin);
    expect(stored).not.toContain(Buffer.from(plantedPin).toString('base64'));
  });
});

/** The workspace on a machine which has never run Nx: another folder, and another home. */
async function coldMachine(workspace: NxWorkspace, home: string): Promise<NxWorkspace['nx']> {
  const cwd = join(home, 'workspace');
  await cp(workspace.folder, cwd, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes(join(workspace.folder, '.nx')),
  });
  return (args, options) => workspace.nx(args, { ...options, cwd, env: { ...options?.env, HOME: home } });
}
