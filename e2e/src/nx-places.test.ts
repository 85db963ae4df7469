import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { plantedPin, settings } from './testing/judged-app.js';
import { startNxCacheServer, type NxCacheServer } from './testing/nx-cache-server.js';
import { useNxJudge } from './testing/nx-judge.js';
import type { NxWorkspace } from './testing/nx-workspace.js';

// The same project is deployed to other places, and from other machines.

const suite = useNxJudge(2);
let remote: NxCacheServer;

beforeAll(async () => {
  remote = await startNxCacheServer();
});

afterAll(async () => {
  await remote.close();
});

suite.forEachNx((judged) => {
  beforeAll(async () => {
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
  });

  test('an environment, and a flag that names a place, have results of their own', async () => {
    const place = `${judged.app.namespace}-staging`;
    expect(await judged.app.deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'run' });
    expect(await judged.app.deploy(['--configuration=staging'], { place })).toMatchObject({ did: 'hit' });
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
    await suite.judge.clusters[0]!.kubectl(['-n', place, 'delete', 'configmap', 'settings']);
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
    expect(await judged.app.deploy([`--namespace=${place}`], { place })).toMatchObject({ did: 'run' });
  });

  test('another cluster under the same context name is another cluster', async () => {
    await judged.app.moveTo(suite.judge.clusters[1]!);
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
    await judged.app.moveTo(suite.judge.clusters[0]!);
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('a cold machine hits through a remote cache, and no secret went there', async () => {
    expect(await judged.app.deploy([], { env: remote.env })).toMatchObject({ did: 'hit' });
    await judged.app.write('k8s/settings.yaml', settings('remote'));
    expect(await judged.app.deploy([], { env: remote.env })).toMatchObject({ did: 'run' });
    const nx = await coldMachine(judged.app.workspace, join(suite.judge.folder, `cold-${judged.version}`));
    expect(await judged.app.deploy([], { env: remote.env, nx })).toMatchObject({ did: 'hit' });
    await judged.app.kubectl('delete', 'secret', 'keys');
    expect(await judged.app.deploy([], { env: remote.env, nx })).toMatchObject({ did: 'run' });
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
