import { builtInDurations, systemClock } from '@flotilla/core';
import type { Rehearsal, RehearsedTask, TaskId } from '@flotilla/core';
import { part } from '../cluster/kube-object.js';
import { listOf, mappingOf, textOf } from '../cluster/json.js';
import { fixedCredentials } from '../cluster/kubeconfig/credentials.js';
import { HttpTransport } from '../cluster/transport/http-transport.js';
import { NodeHttp } from '../cluster/transport/node-http.js';
import { taskLabel } from '../manifest/labels.js';
import { conditionOf } from '../readiness/readiness.js';
import { ContractClient } from '../testing/contract/contract-client.js';
import { deployment, job } from '../testing/contract/manifests.js';
import { startEmbeddedCluster } from './start-embedded-cluster.js';

/** A rehearsal in which a second passes in ten milliseconds. */
async function withScenario(
  task: RehearsedTask,
  run: (client: ContractClient, server: string) => Promise<void>,
  options: { readonly historyLength?: number } = {},
): Promise<void> {
  const scenario: Rehearsal = {
    defaults: builtInDurations,
    tasks: new Map([['services.db' as TaskId, task]]),
  };
  const cluster = await startEmbeddedCluster({ clock: systemClock, scenario, speed: 100, ...options });
  const transport = new HttpTransport({
    http: new NodeHttp({ server: cluster.server }),
    credentials: fixedCredentials({ headers: {} }),
    clock: systemClock,
    random: Math.random,
  });
  await run(new ContractClient(transport, 'default'), cluster.server).finally(async () => {
    transport.close();
    await cluster.close();
  });
}

const labelled = (object: ReturnType<typeof deployment>) => ({
  ...object,
  metadata: { ...mappingOf(object, 'metadata'), labels: { [taskLabel]: 'services.db' } },
});

test('a rehearsed service is ready when its time has passed', async () => {
  await withScenario({ takesMs: 20_000 }, async (client) => {
    const before = systemClock.now();
    await client.applied(labelled(deployment('db')));
    await client.awaitObject('Deployment', 'db', (each) => part(each, 'status')['readyReplicas'] === 1);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(200);
  });
});

test('a rehearsed failure shows, and heals when it should', async () => {
  await withScenario({ takesMs: 5_000, fails: 'ImagePullBackOff', healsMs: 200_000 }, async (client) => {
    await client.applied(labelled(deployment('db')));
    const isPulling = (reason: unknown) => reason === 'ImagePullBackOff' || reason === 'ErrImagePull';
    await client.awaitAny('Pod', (pod) => {
      const [container = {}] = listOf(part(pod, 'status'), 'containerStatuses');
      return isPulling(mappingOf(mappingOf(container, 'state'), 'waiting')['reason']);
    });
    await client.awaitObject('Deployment', 'db', (each) => conditionOf(each, 'Available')?.status === 'True');
  });
});

test('a rehearsed job fails with the exit code of its reason', async () => {
  await withScenario({ takesMs: 5_000, fails: 'exit code 3' }, async (client) => {
    await client.applied(labelled(job('migrate')));
    await client.awaitObject('Job', 'migrate', (each) => conditionOf(each, 'Failed')?.status === 'True');
    const [pod] = await client.list('Pod');
    const [container = {}] = listOf(part(pod!, 'status'), 'containerStatuses');
    expect(mappingOf(mappingOf(container, 'state'), 'terminated')['exitCode']).toBe(3);
    expect(await client.logs(pod!.metadata.name, { tailLines: '1' })).toEqual([
      `simulated failure of ${pod!.metadata.name}: exit code 3`,
    ]);
  });
});

test('a command that is not there looks like one', async () => {
  await withScenario({ takesMs: 1_000, fails: 'bad command' }, async (client) => {
    await client.applied(labelled(deployment('db', { container: { command: ['nodee', 'main.js'] } })));
    const pod = await client.awaitAny('Pod', (each) => {
      const [container = {}] = listOf(part(each, 'status'), 'containerStatuses');
      return mappingOf(mappingOf(container, 'lastState'), 'terminated')['reason'] === 'StartError';
    });
    expect(JSON.stringify(pod.status)).toContain('exec: \\"nodee\\": executable file not found in $PATH');
  });
});

test('a watch and a page that begin where the history is forgotten are told so', async () => {
  const forgetsSoon = { historyLength: 10 };
  const create = (client: ContractClient, name: string) =>
    client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  await withScenario(
    { takesMs: 1_000 },
    async (client) => {
      for (const name of ['a', 'b']) await create(client, name);
      const list = (query: Readonly<Record<string, string>>) =>
        client.send({ method: 'GET', path: client.path('ConfigMap'), query });
      const { body } = await list({ limit: '1' });
      const next = textOf(mappingOf(body, 'metadata'), 'continue');
      expect((await list({ limit: '1', continue: next })).code).toBe(200);
      for (let count = 0; count < 11; count += 1) await create(client, `c${count}`);
      const [event = {}] = await client.watch('ConfigMap', { resourceVersion: '2' }, 1);
      expect(event['type']).toBe('ERROR');
      const gone = { code: 410, reason: 'Expired', status: 'Failure' };
      expect(mappingOf(event, 'object')).toMatchObject(gone);
      expect(await list({ limit: '1', continue: next })).toMatchObject({
        code: 410,
        body: { reason: 'Expired' },
      });
    },
    forgetsSoon,
  );
});
