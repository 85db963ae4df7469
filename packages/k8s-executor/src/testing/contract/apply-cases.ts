import assert from 'node:assert/strict';
import { listOf, mappingOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { ContractCase } from './contract-client.js';
import { configMap, deployment, service } from './manifests.js';
import { assertRefused } from './object-cases.js';

/** Paused, so that no controller writes meanwhile. */
function still(name: string, options: Parameters<typeof deployment>[1] = {}): JsonObject {
  return deployment(name, { ...options, spec: { ...options.spec, paused: true } });
}

function containersOf(object: KubeObject): readonly JsonObject[] {
  return listOf(mappingOf(mappingOf(part(object, 'spec'), 'template'), 'spec'), 'containers');
}

/** Server-side apply. */
export const applyCases: readonly ContractCase[] = [
  {
    name: 'apply creates with 201 and then changes with 200',
    run: async (client) => {
      assert.equal((await client.apply(configMap('new', { a: '1' }))).code, 201);
      assert.equal((await client.apply(configMap('new', { a: '2' }))).code, 200);
    },
  },
  {
    name: 'applying the same again changes nothing, not even the resourceVersion',
    run: async (client) => {
      for (const object of [
        configMap('same', { a: '1' }),
        service(
          'same',
          [{ port: 80 }, { name: 'x', port: 81 }].map((port, at) => ({ name: `p${at}`, ...port })),
        ),
      ]) {
        const first = await client.applied(object);
        const second = await client.applied(object);
        assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
        assert.deepEqual(second, first);
      }
    },
  },
  {
    name: 'managedFields hold what was applied, under the manager',
    run: async (client) => {
      const { metadata } = await client.applied(configMap('owned', { a: '1' }, { labels: { l: 'x' } }));
      const [entry = {}] = listOf(metadata, 'managedFields');
      assert.equal(entry['manager'], 'contract');
      assert.equal(entry['operation'], 'Apply');
      assert.deepEqual(entry['fieldsV1'], {
        'f:data': { 'f:a': {} },
        'f:metadata': { 'f:labels': { 'f:l': {} } },
      });
    },
  },
  {
    name: 'managedFields of a Deployment name containers, ports and variables by their keys',
    run: async (client) => {
      const container = { ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] };
      const { metadata } = await client.applied(still('keys', { container }));
      const [entry = {}] = listOf(metadata, 'managedFields');
      const spec = mappingOf(mappingOf(entry, 'fieldsV1'), 'f:spec');
      assert.deepEqual(spec, {
        'f:paused': {},
        'f:replicas': {},
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"app"}': {
                '.': {},
                'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      });
    },
  },
  {
    name: 'a change of a field that another manager applied is a conflict that names field and manager',
    run: async (client) => {
      await client.applied(configMap('fought', { a: '1' }), { manager: 'first' });
      const answer = await client.apply(configMap('fought', { a: '2' }), { manager: 'second' });
      assertRefused(answer, 409, 'Conflict', 'Apply failed with 1 conflict: conflict with "first": .data.a');
      const cause = { reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.a' };
      assert.deepEqual(answer.body['causes'], [cause]);
    },
  },
  {
    name: 'two conflicts are listed',
    run: async (client) => {
      await client.applied(still('fought'), { manager: 'first' });
      const answer = await client.apply(still('fought', { replicas: 3, image: 'registry.example/app:2' }), {
        manager: 'second',
      });
      const fields = ['.spec.replicas', '.spec.template.spec.containers[name="app"].image'];
      const message = `Apply failed with 2 conflicts: conflicts with "first":\n- ${fields.join('\n- ')}`;
      assertRefused(answer, 409, 'Conflict', message);
    },
  },
  {
    name: 'a conflict with a manager that updated says with which version',
    run: async (client) => {
      await client.applied(configMap('edited', { a: '1' }));
      const path = `${client.path('ConfigMap')}/edited`;
      await client.send({
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        query: { fieldManager: 'editor' },
        body: { data: { a: '2' } },
      });
      const answer = await client.apply(configMap('edited', { a: '1' }));
      const message = 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.a';
      assertRefused(answer, 409, 'Conflict', message);
    },
  },
  {
    name: 'force takes the field over',
    run: async (client) => {
      await client.applied(configMap('taken', { a: '1' }), { manager: 'first' });
      const taken = await client.applied(configMap('taken', { a: '2' }), { manager: 'second', force: true });
      assert.deepEqual(taken['data'], { a: '2' });
      const managers = listOf(taken.metadata, 'managedFields').map((entry) => entry['manager']);
      assert.deepEqual(managers, ['second']);
    },
  },
  {
    name: 'the same value is owned together, and stays when one of the owners lets go',
    run: async (client) => {
      await client.applied(configMap('shared', { a: '1', b: '1' }), { manager: 'first' });
      await client.applied(configMap('shared', { a: '1' }), { manager: 'second' });
      const left = await client.applied(configMap('shared', { b: '1' }), { manager: 'first' });
      assert.deepEqual(left['data'], { a: '1', b: '1' });
    },
  },
  {
    name: 'a field that is applied no longer goes',
    run: async (client) => {
      await client.applied(configMap('shrinks', { a: '1', b: '2' }, { labels: { x: 'y' } }));
      const left = await client.applied(configMap('shrinks', { a: '1' }));
      assert.deepEqual(left['data'], { a: '1' });
      assert.equal(left.metadata.labels, undefined);
    },
  },
  {
    name: 'lists with keys are merged by key: containers, env, ports',
    run: async (client) => {
      const container = { env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] };
      await client.applied(still('merged', { container }), { manager: 'first' });
      const sidecar = { name: 'app', env: [{ name: 'B', value: '2' }], ports: [{ containerPort: 81 }] };
      const merged = await client.applied(
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'merged' },
          spec: { template: { spec: { containers: [sidecar] } } },
        },
        { manager: 'second' },
      );
      const [app = {}] = containersOf(merged);
      assert.deepEqual(
        listOf(app, 'env')
          .map(({ name }) => name)
          .sort(),
        ['A', 'B'],
      );
      assert.deepEqual(
        listOf(app, 'ports')
          .map(({ containerPort }) => containerPort)
          .sort(),
        [80, 81],
      );
      const left = await client.applied(still('merged'), { manager: 'first' });
      assert.deepEqual(
        listOf(containersOf(left)[0] ?? {}, 'env').map(({ name }) => name),
        ['B'],
      );
    },
  },
  {
    name: 'an item of a keyed list that is applied no longer goes, the others keep their order',
    run: async (client) => {
      const env = ['A', 'B', 'C'].map((name) => ({ name, value: name }));
      await client.applied(still('items', { container: { env } }));
      const kept = env.filter(({ name }) => name !== 'B');
      const left = await client.applied(still('items', { container: { env: kept } }));
      assert.deepEqual(containersOf(left)[0]?.['env'], kept);
    },
  },
  {
    name: 'lists without keys are one value',
    run: async (client) => {
      await client.applied(still('atomic', { container: { args: ['a', 'b'] } }));
      const next = await client.applied(still('atomic', { container: { args: ['c'] } }));
      assert.deepEqual(containersOf(next)[0]?.['args'], ['c']);
      const answer = await client.apply(still('atomic', { container: { args: ['d'] } }), {
        manager: 'second',
      });
      const field = '.spec.template.spec.containers[name="app"].args';
      assertRefused(
        answer,
        409,
        'Conflict',
        `Apply failed with 1 conflict: conflict with "contract": ${field}`,
      );
    },
  },
  {
    name: 'a dry run answers as if it were, and stores nothing',
    run: async (client) => {
      const dry = await client.applied(configMap('dry', { a: '1' }), { dryRun: true });
      assert.deepEqual(dry['data'], { a: '1' });
      assert.equal((await client.get('ConfigMap', 'dry')).code, 404);
      const made = await client.applied(configMap('dry', { a: '1' }));
      const changed = await client.applied(configMap('dry', { a: '2' }), { dryRun: true });
      assert.deepEqual(changed['data'], { a: '2' });
      const { body } = await client.get('ConfigMap', 'dry');
      assert.equal(mappingOf(body, 'metadata')['resourceVersion'], made.metadata.resourceVersion);
    },
  },
  {
    name: 'apply needs a field manager',
    run: async (client) => {
      const answer = await client.send({
        method: 'PATCH',
        path: `${client.path('ConfigMap')}/nobody`,
        contentType: 'application/apply-patch+yaml',
        body: configMap('nobody', {}),
      });
      const message =
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
      assertRefused(answer, 422, 'Invalid', message);
    },
  },
];
