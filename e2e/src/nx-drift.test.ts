import { mergePatch } from './kube-client/kube-client.js';
import type { JudgedApp } from './testing/judged-app.js';
import { openNxJudge, type NxJudge } from './testing/nx-judge.js';
import { nxVersions } from './testing/nx-workspace.js';

// The cluster is tampered with between two deploys of the same files.

// A test runs Nx up to ten times, each of which takes seconds on a busy machine.
jest.setTimeout(300_000);

let judge: NxJudge;

beforeAll(async () => {
  judge = await openNxJudge();
});

afterAll(async () => {
  await judge.close();
});

describe.each(nxVersions)('Nx %s', (version) => {
  let app: JudgedApp;

  beforeAll(async () => {
    app = await judge.prepare(version);
  });

  afterAll(async () => {
    await app.remove();
  });

  test('the first deploy runs and every further one is a hit, whose words are still true', async () => {
    const first = await app.deploy();
    expect(first).toMatchObject({ did: 'run' });
    expect(first.writes.join('\n')).toContain(`/namespaces/${app.namespace}/configmaps/settings?`);
    for (const again of [await app.deploy(), await app.deploy()]) {
      expect(again).toMatchObject({ did: 'hit', writes: [] });
      expect(again.said).toMatch(/Run nx-\w+, \d{4}-/);
    }
  });

  test('drift by another manager is a conflict that names it; taken back, the next deploy but one is a hit', async () => {
    await app.kubectl('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"level":"x"}}');
    const drifted = await app.deploy();
    expect(drifted).toMatchObject({ did: 'fail' });
    expect(drifted.said).toContain('.data.level (changed by kubectl-patch)');
    expect(drifted.said).toContain('--force-conflicts');
    expect(await app.deploy(['--force-conflicts'])).toMatchObject({ did: 'run' });
    expect(await app.level()).toBe('a');
    expect((await app.deploy()).did).not.toBe('fail');
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('an object that was deleted comes back', async () => {
    await app.kubectl('delete', 'secret', 'keys');
    const deployed = await app.deploy();
    expect(deployed).toMatchObject({ did: 'run' });
    expect(deployed.said).toContain(`Secret ${app.namespace}/keys is not there`);
    expect(await app.kubectl('get', 'secret', 'keys', '-o', 'name')).toBe('secret/keys\n');
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('replicas that an autoscaler has taken over are no drift', async () => {
    await judge.clusters[0]!.client.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${app.namespace}/deployments/web/scale?fieldManager=kube-controller-manager`,
      body: { spec: { replicas: 3 } },
      contentType: mergePatch,
    });
    await app.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
    expect(await app.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('3');
  });

  test('what is wiped, or forgotten, is deployed again', async () => {
    await app.kubectl('delete', 'configmap', 'flotilla-app.receipt');
    expect(await app.deploy()).toMatchObject({ did: 'run' });
    expect(await app.deploy()).toMatchObject({ did: 'hit' });
    await app.kubectl('delete', 'deployment,service,configmap,secret', '-l', 'flotilla.dev/deployment=app');
    await app.kubectl('delete', 'configmap', 'flotilla-app.receipt', '--ignore-not-found');
    expect(await app.deploy()).toMatchObject({ did: 'run' });
    expect(await app.level()).toBe('a');
  });
});
