import assert from 'node:assert/strict';
import { part } from '../../cluster/kube-object.js';
import { mappingOf, textOf } from '../../cluster/json.js';
import type { ContractAnswer, ContractCase } from './contract-client.js';
import { configMap, deployment, job, service } from './manifests.js';

const nameRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** Creating, reading, changing and refusing objects. */
export const objectCases: readonly ContractCase[] = [
  {
    name: 'create answers 201 with uid, resourceVersion and creationTimestamp',
    run: async (client) => {
      const { code, body } = await client.create(configMap('made', { a: '1' }));
      const metadata = mappingOf(body, 'metadata');
      assert.equal(code, 201);
      assert.match(textOf(metadata, 'uid'), /^[0-9a-f-]{36}$/);
      assert.match(textOf(metadata, 'resourceVersion'), /^\d+$/);
      assert.match(textOf(metadata, 'creationTimestamp'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(metadata['namespace'], client.namespace);
    },
  },
  {
    name: 'create of what exists is 409 AlreadyExists',
    run: async (client) => {
      await client.create(configMap('twice', {}));
      assertRefused(
        await client.create(configMap('twice', {})),
        409,
        'AlreadyExists',
        'configmaps "twice" already exists',
      );
    },
  },
  {
    name: 'get and delete of what does not exist are 404 NotFound',
    run: async (client) => {
      assertRefused(await client.get('ConfigMap', 'none'), 404, 'NotFound', 'configmaps "none" not found');
      assertRefused(
        await client.delete('Deployment', 'none'),
        404,
        'NotFound',
        'deployments.apps "none" not found',
      );
    },
  },
  {
    name: 'a write into a missing namespace is 404 and names the namespace',
    run: async (client) => {
      const message = 'namespaces "flotilla-nowhere" not found';
      const namespace = 'flotilla-nowhere';
      assertRefused(await client.create(configMap('a', {}), namespace), 404, 'NotFound', message);
      assertRefused(await client.apply(configMap('a', {}), { namespace }), 404, 'NotFound', message);
    },
  },
  {
    name: 'an invalid name is 422 with its cause',
    run: async (client) => {
      const answer = await client.create(configMap('Bad_Name', {}));
      const cause = `Invalid value: "Bad_Name": ${nameRule}`;
      assertRefused(answer, 422, 'Invalid', `ConfigMap "Bad_Name" is invalid: metadata.name: ${cause}`);
      assert.deepEqual(answer.body['causes'], [
        { reason: 'FieldValueInvalid', message: cause, field: 'metadata.name' },
      ]);
    },
  },
  {
    name: 'a Deployment whose selector misses its template, without containers, is 422 with both causes',
    run: async (client) => {
      const template = { metadata: { labels: { app: 'other' } }, spec: {} };
      const answer = await client.apply(deployment('wrong', { spec: { template } }));
      const mismatch =
        'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`';
      const missing = 'spec.template.spec.containers: Required value';
      assertRefused(answer, 422, 'Invalid', `Deployment.apps "wrong" is invalid: [${mismatch}, ${missing}]`);
    },
  },
  {
    name: 'a Job without a restart policy is 422',
    run: async (client) => {
      const { code, body } = await client.apply({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'vague' },
        spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } },
      });
      const why = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"';
      assertRefused({ code, body }, 422, 'Invalid', `Job.batch "vague" is invalid: ${why}`);
    },
  },
  {
    name: 'the selector of a Deployment is immutable',
    run: async (client) => {
      await client.applied(deployment('fixed'));
      const template = {
        metadata: { labels: { app: 'other' } },
        spec: { containers: [{ name: 'app', image: 'a:1' }] },
      };
      const answer = await client.apply(
        deployment('fixed', { spec: { selector: { matchLabels: { app: 'other' } }, template } }),
      );
      const message = 'Invalid value: {"matchLabels":{"app":"other"}}: field is immutable';
      assertRefused(answer, 422, 'Invalid', `Deployment.apps "fixed" is invalid: spec.selector: ${message}`);
      assert.deepEqual(answer.body['causes'], [
        { reason: 'FieldValueInvalid', message, field: 'spec.selector' },
      ]);
    },
  },
  {
    name: 'the template of a Job is immutable',
    run: async (client) => {
      await client.applied(job('once'));
      const { code, body } = await client.apply(job('once', { image: 'registry.example/app:2' }));
      assert.equal(code, 422);
      assert.match(
        textOf(body, 'message'),
        /^Job\.batch "once" is invalid: spec\.template: Invalid value: .*: field is immutable$/,
      );
    },
  },
  {
    name: 'a PUT with an old resourceVersion is 409 Conflict',
    run: async (client) => {
      const { body } = await client.create(configMap('old', { a: '1' }));
      await client.patch('ConfigMap', 'old', { data: { a: '2' } });
      const message =
        'Operation cannot be fulfilled on configmaps "old": the object has been modified; please apply your changes to the latest version and try again';
      assertRefused(await client.replace(body), 409, 'Conflict', message);
    },
  },
  {
    name: 'generation counts changes of the spec, not of metadata',
    run: async (client) => {
      const spec = { paused: true };
      assert.equal((await client.applied(deployment('counted', { spec }))).metadata.generation, 1);
      await client.patch('Deployment', 'counted', { metadata: { labels: { a: 'b' } } });
      const { body } = await client.patch('Deployment', 'counted', { spec: { replicas: 3 } });
      assert.equal(mappingOf(body, 'metadata')['generation'], 2);
    },
  },
  {
    name: 'the server fills in defaults of Service ports and Secrets',
    run: async (client) => {
      const made = await client.applied(service('web', [{ port: 80 }]));
      assert.deepEqual(part(made, 'spec')['ports'], [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
      assert.equal(part(made, 'spec')['type'], 'ClusterIP');
      assert.match(textOf(part(made, 'spec'), 'clusterIP'), /^10\./);
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { key: 'value' },
      };
      const { body } = await client.create(secret);
      assert.equal(body['type'], 'Opaque');
      assert.deepEqual(body['data'], { key: 'dmFsdWU=' });
      assert.equal(body['stringData'], undefined);
    },
  },
  {
    name: 'label selectors: equality, sets and presence',
    run: async (client) => {
      for (const [name, tier] of [
        ['one', 'a'],
        ['two', 'b'],
        ['three', 'c'],
      ] as const) {
        await client.create(configMap(name, {}, { labels: { tier } }));
      }
      const names = async (labelSelector: string) =>
        (await client.list('ConfigMap', { labelSelector })).map((each) => each.metadata.name);
      assert.deepEqual(await names('tier=a'), ['one']);
      assert.deepEqual(await names('tier in (a,c)'), ['one', 'three']);
      assert.deepEqual(await names('tier,tier!=a'), ['three', 'two']);
      assert.deepEqual(await names('tier notin (a,b),tier'), ['three']);
      assert.ok(!(await names('!tier')).includes('one'));
    },
  },
  {
    name: 'a list with a limit goes on where it stopped',
    run: async (client) => {
      for (const name of ['p1', 'p2', 'p3'])
        await client.create(configMap(name, {}, { labels: { paged: 'yes' } }));
      const query = { labelSelector: 'paged=yes', limit: '2' };
      const first = await client.send({ method: 'GET', path: client.path('ConfigMap'), query });
      const metadata = mappingOf(first.body, 'metadata');
      assert.equal((first.body['items'] as readonly unknown[]).length, 2);
      const rest = await client.list('ConfigMap', { ...query, continue: textOf(metadata, 'continue') });
      assert.deepEqual(
        rest.map((each) => each.metadata.name),
        ['p3'],
      );
    },
  },
];

/** Throws unless the server refused in exactly these words. */
export function assertRefused(
  answer: ContractAnswer,
  ...[code, reason, message]: readonly [number, string, string]
): void {
  assert.deepEqual(
    { code: answer.code, reason: answer.body['reason'], message: answer.body['message'] },
    { code, reason, message },
  );
}
