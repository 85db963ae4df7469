import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flotillaFile } from './testing/judged-app.js';
import { useNxJudge } from './testing/nx-judge.js';

// What fails is never a hit, not even where Nx stores failures, and does not stay one.

const refused = 'the server does not accept the credentials (context flotilla-test, https://127.0.0.1:';
const env = { NX_CACHE_FAILURES: 'true' };

const suite = useNxJudge();

/** A kubeconfig of the admin with something else in place of a part of it. */
async function kubeconfigWith(part: 'cluster' | 'user', fields: object): Promise<string> {
  const config = JSON.parse(await readFile(suite.judge.clusters[0]!.kubeconfig.admin, 'utf8')) as Kubeconfig;
  const [cluster, user] = [config.clusters[0], config.users[0]];
  if (part === 'cluster') Object.assign(cluster.cluster, fields);
  else user.user = fields;
  const path = join(suite.judge.folder, `kubeconfig-${String(Math.random()).slice(2)}`);
  await writeFile(path, JSON.stringify(config));
  return path;
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: object }];
  readonly users: readonly [{ user: object }];
}

suite.forEachNx((judged) => {
  beforeAll(async () => {
    expect(await judged.app.deploy()).toMatchObject({ did: 'run' });
  });

  test('a failed deploy is never a hit; mended, it runs', async () => {
    await judged.app.write(
      'flotilla.yaml',
      flotillaFile(judged.app.namespace, 'registry.invalid').replace('20s', '2s'),
    );
    const runs = [await judged.app.lastRun()];
    while (runs.length < 3) {
      expect(await judged.app.deploy([], { env })).toMatchObject({ did: 'fail' });
      runs.push(await judged.app.lastRun());
    }
    expect(new Set(runs).size).toBe(3);
    await judged.app.write('flotilla.yaml', flotillaFile(judged.app.namespace));
    expect(await judged.app.deploy([], { env })).toMatchObject({ did: 'run' });
    expect(await judged.app.deploy([], { env })).toMatchObject({ did: 'hit' });
  });

  test.each([
    [
      'a cluster that does not answer',
      () => kubeconfigWith('cluster', { server: 'https://127.0.0.1:1' }),
      '127.0.0.1:1',
    ],
    [
      'a certificate that has expired',
      () => Promise.resolve(suite.judge.clusters[0]!.kubeconfig.expired),
      refused,
    ],
    ['a token that the server does not know', () => kubeconfigWith('user', { token: 'old' }), refused],
    [
      'a user who may do nothing',
      () => Promise.resolve(suite.judge.clusters[0]!.kubeconfig.bystander),
      'is forbidden: User "bystander"',
    ],
    [
      'a credential plugin that fails',
      () => kubeconfigWith('user', { exec: { apiVersion, command: 'false', interactiveMode: 'Never' } }),
      'false',
    ],
  ])('%s is a failure that says so, never a hit', async (_what, choose, why) => {
    const failed = await judged.app.deploy([], { env: { ...env, KUBECONFIG: await choose() } });
    expect(failed).toMatchObject({ did: 'fail', writes: [] });
    expect(failed.said).toContain(why);
  });

  // A failure that one of them had left in the cache would stand there still: none of them deploys anything.
  test('none of these failures stays one', async () => {
    expect(await judged.app.deploy([], { env })).toMatchObject({ did: 'hit' });
  });
});

const apiVersion = 'client.authentication.k8s.io/v1';
