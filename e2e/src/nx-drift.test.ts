import { mergePatch } from './kube-client/kube-client.js';
import { useNxJudge } from './testing/nx-judge.js';

// The cluster is tampered with between two deploys of the same files.

const suite = useNxJudge();

suite.forEachNx((judged) => {
  test('the first deploy runs and every further one is a hit, whose words are still true', async () => {
    const first = await judged.app.deploy();
    expect(first).toMatchObject({ did: 'run' });
    expect(first.writes.join('\n')).toContain(`/namespaces/${judged.app.namespace}/configmaps/settings?`);
    for (const again of [await judged.app.deploy(), await judged.app.deploy()]) {
      expect(again).toMatchObject({ did: 'hit', writes: [] });
      expect(again.said).toMatch(/Run nx-\w+, \d{4}-/);
    }
  });

  test('drift by another manager is a conflict that names it; taken back, the next deploy but one is a hit', async () => {
    await judged.app.kubectl(
      'patch',
      'configmap',
      'settings',
      '--type=merge',
      '-p',
      '{"data":{"level":"x"}}',
    );
    const drifted = await judged.app.deploy();
    expect(drifted).toMatchObject({ did: 'fail' });
    expect(drifted.said).toContain('.data.level (changed by kubectl-patch)');
    expect(drifted.said).toContain('--force-conflicts');
    expect(await judged.app.deploy(['--force-conflicts'])).toMatchObject({ did: 'run' });
    expect(await judged.app.level()).toBe('a');
    expect((await judged.app.deploy()).did).not.toBe('fail');
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('an object that was deleted comes back', async () => {
    await judged.app.kubectl('delete', 'secret', 'keys');
    const deployed = await judged.app.deploy();
    expect(deployed).toMatchObject({ did: 'run' });
    expect(deployed.said).toContain(`Secret ${judged.app.namespace}/keys is not there`);
    expect(await judged.app.kubectl('get', 'secret', 'keys', '-o', 'name')).toBe('secret/keys\n');
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
  });

  test('replicas that an autoscaler has taken over are no drift', async () => {
    await suite.judge.clusters[0]!.client.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${judged.app.namespace}/deployments/web/scale?fieldManager=kube-controller-manager`,
      body: { spec: { replicas: 3 } },
      contentType: mergePatch,
    });
    await judged.app.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
    expect(await judged.app.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('3');
  });

  test('what is wiped, or forgotten, is deployed again', async () => {
    await judged.app.kubectl('delete', 'configmap', 'flotilla-app.receipt');
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
    expect(await judged.app.deploy()).toMatchObject({ did: 'hit' });
    await judged.app.kubectl(
      'delete',
      'deployment,service,configmap,secret',
      '-l',
      'flotilla.dev/deployment=app',
    );
    await judged.app.kubectl('delete', 'configmap', 'flotilla-app.receipt', '--ignore-not-found');
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
    expect(await judged.app.level()).toBe('a');
  });
});
