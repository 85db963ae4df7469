import assert from 'node:assert/strict';
import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { ContractCase } from './contract-client.js';
import { configMap, deployment } from './manifests.js';

const labels = { watched: 'yes' };
const labelSelector = 'watched=yes';

function told(events: readonly JsonObject[]): readonly string[] {
  return events.map(
    ({ type, object }) => `${typeof type === 'string' ? type : ''} ${(object as KubeObject).metadata.name}`,
  );
}

/** Watches, deletion and custom resources. */
export const watchCases: readonly ContractCase[] = [
  {
    name: 'a watch from a resourceVersion tells every change since, in order',
    run: async (client) => {
      const { body } = await client.create(configMap('seen', {}, { labels }));
      const resourceVersion = textOf(mappingOf(body, 'metadata'), 'resourceVersion');
      await client.patch('ConfigMap', 'seen', { data: { a: '1' } });
      await client.create(configMap('later', {}, { labels }));
      await client.delete('ConfigMap', 'seen');
      const events = await client.watch('ConfigMap', { resourceVersion, labelSelector }, 3);
      assert.deepEqual(told(events), ['MODIFIED seen', 'ADDED later', 'DELETED seen']);
      const versions = events.map(({ object }) => Number((object as KubeObject).metadata.resourceVersion));
      assert.deepEqual(
        [...versions].sort((a, b) => a - b),
        versions,
      );
    },
  },
  {
    name: 'an object that leaves the selection is told as deleted, and as added when it comes back',
    run: async (client) => {
      const { body } = await client.create(configMap('moves', {}, { labels }));
      const resourceVersion = textOf(mappingOf(body, 'metadata'), 'resourceVersion');
      await client.patch('ConfigMap', 'moves', { metadata: { labels: { watched: 'no' } } });
      await client.patch('ConfigMap', 'moves', { metadata: { labels } });
      const events = await client.watch('ConfigMap', { resourceVersion, labelSelector }, 2);
      assert.deepEqual(told(events), ['DELETED moves', 'ADDED moves']);
    },
  },
  {
    name: 'sendInitialEvents tells what exists and then a bookmark that says so',
    run: async (client) => {
      await client.create(configMap('there', {}, { labels }));
      const query = {
        labelSelector,
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
      };
      const [first = {}, second = {}] = await client.watch('ConfigMap', query, 2);
      assert.deepEqual(told([first]), ['ADDED there']);
      assert.equal(second['type'], 'BOOKMARK');
      const metadata = mappingOf(mappingOf(second, 'object'), 'metadata');
      assert.deepEqual(metadata['annotations'], { 'k8s.io/initial-events-end': 'true' });
      assert.match(textOf(metadata, 'resourceVersion'), /^\d+$/);
    },
  },
  {
    name: 'a watch ends by itself after timeoutSeconds',
    run: async (client) => {
      const events = await client.watch('ConfigMap', { labelSelector, timeoutSeconds: '1' }, 1);
      assert.deepEqual(events, []);
    },
  },
  {
    name: 'an object with finalizers stays, marked, until they are gone',
    run: async (client) => {
      await client.create(configMap('held', {}, { finalizers: ['flotilla.dev/hold'] }));
      assert.equal((await client.delete('ConfigMap', 'held')).code, 200);
      const { body } = await client.get('ConfigMap', 'held');
      assert.notEqual(mappingOf(body, 'metadata')['deletionTimestamp'], undefined);
      await client.patch('ConfigMap', 'held', { metadata: { finalizers: null } });
      assert.equal((await client.get('ConfigMap', 'held')).code, 404);
    },
  },
  {
    name: 'background deletion takes the dependents along',
    run: async (client) => {
      const owner = await client.create(configMap('owner', {}));
      await client.create(configMap('child', {}, { ownerReferences: [referenceTo(owner.body)] }));
      await client.delete('ConfigMap', 'owner');
      await client.awaitGone('ConfigMap', 'child');
    },
  },
  {
    name: 'orphaning deletion leaves the dependents',
    run: async (client) => {
      await client.applied(deployment('left', { replicas: 0 }));
      const set = await client.awaitAny('ReplicaSet', () => true);
      await client.delete('Deployment', 'left', 'Orphan');
      await client.awaitGone('Deployment', 'left');
      const { code, body } = await client.get('ReplicaSet', set.metadata.name);
      assert.equal(code, 200);
      assert.deepEqual(listOf(mappingOf(body, 'metadata'), 'ownerReferences'), []);
    },
  },
  {
    name: 'foreground deletion waits for the dependents',
    run: async (client) => {
      await client.applied(deployment('front', { annotations: { 'lab.fake/terminate-ms': '500' } }));
      await client.awaitObject(
        'Deployment',
        'front',
        (object) => mappingOf(object, 'status')['readyReplicas'] === 1,
      );
      const { body } = await client.delete('Deployment', 'front', 'Foreground');
      assert.deepEqual(mappingOf(body, 'metadata')['finalizers'], ['foregroundDeletion']);
      await client.awaitGone('Deployment', 'front');
      assert.deepEqual(await client.list('Pod'), []);
    },
  },
  {
    name: 'a CustomResourceDefinition is established, and then its kind is served',
    run: async (client) => {
      await client.apply(widgetDefinition, { force: true });
      await client.awaitObject('CustomResourceDefinition', 'widgets.contract.flotilla.dev', isEstablished);
      await client.awaitServed('Widget');
      const widget = {
        apiVersion: 'contract.flotilla.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { size: 1, tags: ['a', 'b'] },
      };
      const first = await client.applied(widget);
      assert.equal(first.metadata.generation, 1);
      const second = await client.applied(widget);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
      const third = await client.applied({ ...widget, spec: { size: 2 } });
      assert.deepEqual(third.spec, { size: 2 });
      assert.equal(third.metadata.generation, 2);
    },
  },
];

function referenceTo(object: JsonObject): JsonObject {
  const { name, uid } = mappingOf(object, 'metadata');
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid };
}

function isEstablished(object: KubeObject): boolean {
  return listOf(mappingOf(object, 'status'), 'conditions').some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
}

const schema = {
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
};
const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.contract.flotilla.dev' },
  spec: {
    group: 'contract.flotilla.dev',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
};
