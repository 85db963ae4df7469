import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { diffPlan } from '../diff/diff-plan.js';
import { prepareRun } from '../prepare/prepare-run.js';
import { approvedItems } from './approved-plan.js';
import { deployPlan } from './deploy-plan.js';
import { startTestDeployments, type TestDeployments, type TestPlace } from '../testing/test-deployments.js';

let deployments: TestDeployments;
let cluster: Cluster;
let place: TestPlace;

beforeAll(async () => {
  deployments = await startTestDeployments();
  ({ cluster } = deployments);
});

afterAll(async () => {
  await deployments.close();
});

beforeEach(() => {
  place = deployments.open();
  const services = '  - {name: api, image: a, envs: [{key: PIN, value: "4711", secret: true}]}\n';
  const jobs = '  - {name: migrate, manifests: [migrate.yaml]}\n';
  place.write({ 'flotilla.yaml': `name: shop\nservices:\n${services}jobs:\n${jobs}` });
});

afterEach(() => {
  place.remove();
});

/** A job beside a Secret with this value. */
function write(pin: string): void {
  place.write({
    'migrate.yaml': `apiVersion: v1
kind: Secret
metadata: {name: config}
stringData: {pin: "${pin}"}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: b}]}}}
`,
  });
}

/** What became of the job. */
async function deploy(namespace: string): Promise<string | undefined> {
  const result = await deployPlan({ ...place.run(), namespace });
  if (result.kind !== 'settled') throw new Error(JSON.stringify(result));
  return result.settled.tasks.find(({ task }) => task === 'jobs.migrate')?.outcome;
}

async function approve(namespace: string): Promise<readonly (string | null)[]> {
  const prepared = await prepareRun({ ...place.run(), namespace });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared));
  const approved = await approvedItems(prepared.run, {});
  if (!approved.ok) throw new Error(JSON.stringify(approved));
  expect(JSON.stringify(approved.objects)).not.toContain('flotilla.dev/digest');
  return approved.items.map(({ desired }) => desired);
}

async function readObject(namespace: string, kind: string, name: string): Promise<KubeObject | undefined> {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1';
  const found = await cluster.get({ apiVersion, kind, namespace, name });
  if (!found.ok) throw new Error(JSON.stringify(found));
  return found.value;
}

const keyName = 'flotilla-shop.key';

test('a job is another one when only the value of its Secret is, and the same when nothing is', async () => {
  write('1111');
  expect(await deploy('changes')).toBe('succeeded');
  expect(await deploy('changes')).toBe('unchanged');
  write('2222');
  const diff = await diffPlan({ ...place.run(), namespace: 'changes' });
  expect(diff.ok && diff.items.map(({ object, action }) => `${object.kind} ${action}`)).toEqual([
    'Deployment unchanged',
    'Secret change',
    'Job change',
  ]);
  expect(await deploy('changes')).toBe('succeeded');
  expect(await deploy('changes')).toBe('unchanged');
});

test('nothing on a job can be checked against a guess of the value', async () => {
  const annotations: Readonly<Record<string, string>>[] = [];
  for (const [namespace, pin] of [
    ['one', '1111'],
    ['two', '2222'],
    ['three', '1111'],
  ] as const) {
    write(pin);
    await deploy(namespace);
    annotations.push((await readObject(namespace, 'Job', 'migrate'))?.metadata.annotations ?? {});
  }
  const [plain, keyed] = ['flotilla.dev/digest', 'flotilla.dev/secrets'].map((name) =>
    annotations.map((each) => each[name]),
  );
  // The labels name the namespace, so that digests differ by it; the keyed ones do for the same value, too.
  expect(new Set(keyed).size).toBe(3);
  expect(plain).not.toContain(undefined);
  write('3333');
  await deploy('one');
  const after = await readObject('one', 'Job', 'migrate');
  expect(after?.metadata.annotations?.['flotilla.dev/digest']).toBe(plain?.[0]);
  expect(after?.metadata.annotations?.['flotilla.dev/secrets']).not.toBe(keyed?.[0]);
});

test('a job whose key is lost runs once more, under a new one', async () => {
  write('1111');
  await deploy('lost');
  await cluster.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'lost', name: keyName });
  expect(await deploy('lost')).toBe('succeeded');
  expect(await deploy('lost')).toBe('unchanged');
  expect((await readObject('lost', 'Secret', keyName))?.['type']).toBe('flotilla.dev/key');
});

test('what is approved pins secret values once there is a key, and leaves them out before', async () => {
  write('1111');
  const before = await approve('approved');
  write('2222');
  expect(await approve('approved')).toEqual(before);
  await deploy('approved');
  const keyed = await approve('approved');
  expect(keyed.every((digest) => digest?.startsWith('hmac-sha256:') === true)).toBe(true);
  expect(await approve('approved')).toEqual(keyed);
  write('1111');
  const changed = await approve('approved');
  expect(changed.map((digest, at) => digest === keyed[at])).toEqual([true, false, false]);
});
