import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { judge } from '../readiness/judge.js';
import { desiredDigest } from '../record/task-digests.js';
import type { TaskReceipt } from '../record/receipt.js';
import { compareTask } from './compare-task.js';
import { withDigest } from '../objects/digest.js';

const deployment = withDigest({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'shop', labels: { app: 'api', team: 'a' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'server', image: 'api:1' }] } } },
});

const secret = withDigest({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys', namespace: 'shop' },
  data: { pin: 'NDcxMQ==', salt: 'c2FsdA==' },
});

const ownsDeployment: JsonObject = {
  'f:metadata': { 'f:annotations': {}, 'f:labels': { 'f:app': {}, 'f:team': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:template': {
      'f:spec': { 'f:containers': { 'k:{"name":"server"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
    },
  },
};
const ownsSecret: JsonObject = {
  'f:metadata': { 'f:annotations': {} },
  'f:data': { 'f:pin': {}, 'f:salt': {} },
};

/** As the cluster holds it: with who owns which fields, and ready. */
function held(
  object: KubeObject,
  ours: JsonObject,
  others: Readonly<Record<string, JsonObject>> = {},
): KubeObject {
  const managedFields = [
    { manager: 'flotilla', operation: 'Apply', fieldsV1: ours },
    ...Object.entries(others).map(([manager, fieldsV1]) => ({ manager, operation: 'Update', fieldsV1 })),
  ];
  const status = {
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  };
  const conditions = [{ type: 'Available', status: 'True' }];
  return {
    ...object,
    metadata: { ...object.metadata, generation: 1, managedFields },
    ...(object.kind === 'Deployment' && { status: { ...status, conditions } }),
  };
}

/** What a stranger reads of a task with one object. */
async function told(
  desired: KubeObject,
  live: KubeObject | undefined,
  receipt?: Partial<TaskReceipt>,
): Promise<readonly string[]> {
  const recorded: TaskReceipt = {
    desired: desiredDigest([desired]),
    live: null,
    outcome: 'succeeded',
    at: '2026-11-27T03:00:00Z',
    commit: null,
    run: 'r',
    durationMs: null,
    ...receipt,
  };
  const liveObjects = {
    find: () => Promise.resolve(live),
    list: () => Promise.resolve({ ok: true as const, value: [] }),
    unread: () => undefined,
    forget: () => undefined,
  };
  const task = { kind: 'service' as const, objects: [desired], judge, receipt: recorded };
  const { differences } = await compareTask(task, liveObjects);
  return differences.map(({ kind, text }) => `${kind}: ${text}`);
}

const without = (fields: JsonObject, field: string): JsonObject =>
  JSON.parse(
    JSON.stringify(fields)
      .replace(`"f:${field}":{},`, '')
      .replace(`,"f:${field}":{}`, '')
      .replace(`"f:${field}":{}`, ''),
  ) as JsonObject;

test('nothing is told of what is as it was deployed', async () => {
  expect(await told(deployment, held(deployment, ownsDeployment))).toEqual([]);
});

test.each<[what: string, desired: KubeObject, live: KubeObject | undefined, text: string]>([
  ['an object that was deleted', deployment, undefined, 'missing: Deployment shop/api is not there'],
  [
    'an object that is being deleted',
    deployment,
    held(
      { ...deployment, metadata: { ...deployment.metadata, deletionTimestamp: '2026-11-27T03:00:00Z' } },
      ownsDeployment,
    ),
    'missing: Deployment shop/api is being deleted',
  ],
  [
    'a field that somebody else has changed',
    deployment,
    held(deployment, without(ownsDeployment, 'replicas'), {
      'kubectl-edit': { 'f:spec': { 'f:replicas': {} } },
    }),
    'drift: Deployment shop/api .spec.replicas (changed by kubectl-edit)',
  ],
  [
    'a field of an item of a list',
    deployment,
    held(deployment, without(ownsDeployment, 'image')),
    'drift: Deployment shop/api .spec.template.spec.containers[name="server"].image (removed)',
  ],
  [
    'a label that somebody has removed',
    deployment,
    held(deployment, without(ownsDeployment, 'team')),
    'drift: Deployment shop/api .metadata.labels.team (removed)',
  ],
  [
    'a value of a Secret under another manager: told once',
    secret,
    held({ ...secret, data: { pin: 'MA==', salt: 'c2FsdA==' } }, without(ownsSecret, 'pin'), {
      'kubectl-patch': { 'f:data': { 'f:pin': {} } },
    }),
    'drift: Secret shop/keys .data.pin (changed by kubectl-patch)',
  ],
  [
    'a value of a Secret that is still ours',
    secret,
    held({ ...secret, data: { pin: 'MA==', salt: 'c2FsdA==' } }, ownsSecret),
    'drift: Secret shop/keys .data.pin has another value than the files say',
  ],
  [
    'an object that somebody else has written anew',
    deployment,
    {
      ...held(deployment, {}),
      metadata: { ...deployment.metadata, managedFields: [] },
    },
    'drift: Deployment shop/api was written by others: Flotilla owns no field of it any more',
  ],
  [
    'a file that asks for another image',
    withDigest({
      ...deployment,
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'server', image: 'api:2' }] } } },
    }),
    held(deployment, ownsDeployment),
    'input: Deployment shop/api .spec.template.spec.containers[name="server"].image is not what the files say',
  ],
  [
    'an object that is as asked, but not ready',
    deployment,
    {
      ...held(deployment, ownsDeployment),
      status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2 },
    },
    'unhealthy: Deployment shop/api is not ready: 0 of 2 replicas available',
  ],
])('%s', async (_what, ...[desired, live, text]) => {
  expect(await told(desired, live)).toEqual([text]);
});

test('what only the record of the last run tells', async () => {
  const live = held(deployment, ownsDeployment);
  expect(await told(deployment, live, { desired: 'sha256:other' })).toEqual([
    'input: the files ask for other objects than were deployed last',
  ]);
  expect(await told(deployment, live, { live: 'sha256:other' })).toEqual([
    'drift: a field that flotilla owns has another value than the last deploy gave it: somebody wrote under that name',
  ]);
});
