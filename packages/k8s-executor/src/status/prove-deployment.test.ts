import type { Cluster } from '../cluster/cluster.js';
import type { JsonObject } from '../cluster/json.js';
import { deployPlan } from '../deploy/deploy-plan.js';
import { readStatus } from './status.js';
import { proveDeployment, type Proof } from './prove-deployment.js';
import { readReceipt } from '../record/receipt.js';
import { startTestDeployments, type TestDeployments, type TestPlace } from '../testing/test-deployments.js';

const shop = (image: string) => `name: shop
services:
  - {name: api, image: ${image}, replicas: 2}
  - {name: keys, manifests: [keys.yaml]}
workflows:
  - {name: setup, parallelize: [{step: all, tasks: [services.all]}]}
  - {name: patch, parallelize: [{step: api, tasks: [services.api]}]}
`;
const keys = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {pin: "${value}"}\n`;

/** Nothing that a digest or a time could happen to hold. */
const pins = ['pin-swordfish', 'pin-hollyhock'] as const;

let deployments: TestDeployments;
let cluster: Cluster;
let place: TestPlace;
let namespace = '';

beforeAll(async () => {
  deployments = await startTestDeployments();
  ({ cluster } = deployments);
});

afterAll(async () => {
  await deployments.close();
});

beforeEach(() => {
  place = deployments.open();
  ({ namespace } = place);
  place.write({ 'flotilla.yaml': shop('api:1'), 'keys.yaml': keys(pins[0]) });
});

afterEach(() => {
  place.remove();
});

async function deploy(token?: string, workflow?: string): Promise<string> {
  const result = await deployPlan({
    ...place.run({ workflow }),
    ...(token !== undefined && { token }),
  });
  return result.kind === 'settled' ? result.settled.outcome : result.kind;
}

async function prove(workflow?: string): Promise<Proof> {
  const result = await proveDeployment(place.run({ workflow }));
  if (result.kind !== 'proved') throw new Error(result.kind);
  return result.proof;
}

const reasons = async () => (await prove()).reasons.map(({ task, text }) => `${task ?? ''}: ${text}`);

/** A change by somebody else, as kubectl makes it. */
async function patch(path: string, change: JsonObject, manager = 'kubectl-edit'): Promise<void> {
  const response = await fetch(`${deployments.server}${path}?fieldManager=${manager}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(change),
  });
  expect(response.status).toBe(200);
}

const apiPath = () => `/apis/apps/v1/namespaces/${namespace}/deployments/api`;

test('what a run has brought is in sync under its token until something changes', async () => {
  expect(await prove()).toMatchObject({ inSync: false, token: null, reasons: [{ kind: 'never-deployed' }] });
  expect(await deploy('t1')).toBe('succeeded');
  expect(await prove()).toMatchObject({ inSync: true, token: 't1', namespace, reasons: [] });
  expect((await prove()).clusterUid).toMatch(/^[0-9a-f-]{36}$/);
});

test('a changed input is named, and going back to the old version is not proved by the old token', async () => {
  await deploy('t1');
  place.write({ 'flotilla.yaml': shop('api:2') });
  expect(await reasons()).toEqual([
    `services.api: Deployment ${namespace}/api .spec.template.spec.containers[name="api"].image is not what the files say`,
  ]);
  await deploy('t2');
  expect(await prove()).toMatchObject({ token: 't2' });
  place.write({ 'flotilla.yaml': shop('api:1') });
  expect(await prove()).toMatchObject({ inSync: false, token: null });
});

test('drift names the field and its new manager', async () => {
  await deploy('t1');
  await patch(apiPath(), { spec: { replicas: 5 } });
  expect(await reasons()).toContain(
    `services.api: Deployment ${namespace}/api .spec.replicas (changed by kubectl-edit)`,
  );
});

test('replicas that the autoscaler has taken over are no drift', async () => {
  await deploy('t1');
  await patch(`${apiPath()}/scale`, { spec: { replicas: 3 } }, 'kube-controller-manager');
  const live = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'api' });
  expect(live).toMatchObject({ value: { spec: { replicas: 3 } } });
  expect((await prove()).reasons.filter(({ kind }) => kind !== 'unhealthy')).toEqual([]);
});

test('a value of a Secret is compared, and appears nowhere', async () => {
  await deploy('t1');
  place.write({ 'keys.yaml': keys(pins[1]) });
  const said = await reasons();
  expect(said).toEqual([`services.keys: Secret ${namespace}/keys .data.pin is not what the files say`]);
  const receipt = await cluster.get({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace,
    name: 'flotilla-shop.receipt',
  });
  const written = JSON.stringify([receipt, said]);
  for (const pin of pins)
    for (const value of [pin, Buffer.from(pin).toString('base64')]) expect(written).not.toContain(value);
  // Nor can it be guessed from a digest: with another value the receipt says the same of the task.
  const before = await readReceipt(cluster, { deployment: 'shop', namespace });
  await deploy('t2');
  const after = await readReceipt(cluster, { deployment: 'shop', namespace });
  const digests = [before, after].map(
    (each) => each.ok && Object.values(each.value?.tasks ?? {})[1]?.desired,
  );
  expect(digests[0]).toBe(digests[1]);
});

test('an object that is gone is missing; status says the same', async () => {
  await deploy('t1');
  await cluster.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'keys' });
  expect(await prove()).toMatchObject({
    inSync: false,
    reasons: [{ kind: 'missing', task: 'services.keys' }],
  });
  const status = await readStatus(place.run());
  expect(status).toMatchObject({
    tasks: [
      { task: 'services.api', state: 'in-sync', commit: 'c0ffee', since: '2026-11-26T20:00:00.000Z' },
      { task: 'services.keys', state: 'missing' },
    ],
  });
});

test('a run that did not end well takes the token away', async () => {
  await deploy('t1');
  place.write({ 'flotilla.yaml': shop('api:2').replace('replicas: 2', 'replicas: 2, timeout: 1ms') });
  expect(await deploy('t2')).not.toBe('succeeded');
  place.write({ 'flotilla.yaml': shop('api:1') });
  expect(await prove()).toMatchObject({ inSync: false, token: null });
});

test('a run that changes nothing leaves the tokens of all workflows; one that does takes those of the others', async () => {
  await deploy('t1');
  expect(await deploy('p1', 'patch')).toBe('succeeded');
  expect([(await prove()).token, (await prove('patch')).token]).toEqual(['t1', 'p1']);
  expect(await deploy()).toBe('succeeded');
  expect((await prove()).token).toBe('t1');
  place.write({ 'flotilla.yaml': shop('api:2') });
  await deploy('p2', 'patch');
  expect((await prove('patch')).token).toBe('p2');
  expect(await prove()).toMatchObject({ inSync: false, reasons: [{ kind: 'last-run' }] });
});

test('a service that the file no longer has is a reason to run', async () => {
  await deploy('t1');
  place.write({ 'flotilla.yaml': 'name: shop\nservices: [{name: api, image: api:1, replicas: 2}]\n' });
  expect(await reasons()).toEqual(['services.keys: it is deployed, but the file no longer has it']);
});

test('durations are kept from when a task was last changed', async () => {
  await deploy('t1');
  const first = await readReceipt(cluster, { deployment: 'shop', namespace });
  await deploy('t1');
  const again = await readReceipt(cluster, { deployment: 'shop', namespace });
  const durations = [first, again].map(
    (each) => each.ok && Object.values(each.value?.tasks ?? {}).map(({ durationMs }) => durationMs),
  );
  expect(durations[0]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(durations[1]).toEqual(durations[0]);
});

test('a run that was killed is a reason to run, though the cluster looks as asked', async () => {
  await deploy('t1');
  const journal = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'flotilla-shop.journal' };
  const found = await cluster.get(journal);
  const data = found.ok ? found.value?.['data'] : undefined;
  const text = JSON.stringify(data).replaceAll(/run-\d+/g, 'run-killed');
  await patch(`/api/v1/namespaces/${namespace}/configmaps/flotilla-shop.journal`, {
    data: JSON.parse(text) as JsonObject,
  });
  expect(await prove()).toMatchObject({ inSync: false, token: null });
  expect(await reasons()).toEqual([': the last run (run-killed) has not come to its end']);
});
