import type { KubeObject } from '../cluster/kube-object.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import type { ServedKind } from '../embedded/store/served-kind.js';
import { digestAnnotation } from '../manifest/labels.js';
import { Watchman } from './watchman.js';
import type { Writer } from './watchman.js';

const run: Writer = { kind: 'run', name: 'run0', does: 'deploy' };
const otherRun: Writer = { kind: 'run', name: 'run1', does: 'deploy' };
const secret = 'hush-value';

function watch() {
  const violations: string[] = [];
  const watchman = new Watchman({ secrets: [secret], onViolation: (message) => violations.push(message) });
  return { watchman, violations };
}

function event(type: StoreEvent['type'], object: KubeObject): StoreEvent {
  const kind: ServedKind = {
    group: '',
    version: 'v1',
    kind: object.kind,
    plural: `${object.kind.toLowerCase()}s`,
    namespaced: true,
    shortNames: [],
    hasStatus: true,
    hasScale: false,
    hasGeneration: true,
  };
  return { type, kind, object, revision: 1 };
}

function job(digest: string, condition?: string): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'shop', annotations: { [digestAnnotation]: digest } },
    ...(condition !== undefined && { status: { conditions: [{ type: condition, status: 'True' }] } }),
  };
}

function config(content: string, digest = content): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web', namespace: 'shop', annotations: { [digestAnnotation]: digest } },
    data: { content },
  };
}

test('a job that a run replaces by the same one after it succeeded has run twice', () => {
  const { watchman, violations } = watch();
  watchman.see(event('ADDED', job('d1')), run);
  watchman.see(event('MODIFIED', job('d1', 'Complete')), { kind: 'cluster' });
  watchman.see(event('DELETED', job('d1', 'Complete')), run);
  watchman.see(event('ADDED', job('d1')), run);
  expect(violations).toEqual(['Job shop/migrate was succeeded and ran twice under one identity']);
});

const outsider: Writer = { kind: 'outsider' };

test.each([
  { when: 'it failed before', condition: 'Failed', remover: run, remaker: run, digest: 'd1' },
  { when: 'it is another one', condition: 'Complete', remover: run, remaker: otherRun, digest: 'd2' },
  { when: 'somebody had deleted it', condition: 'Complete', remover: outsider, remaker: run, digest: 'd1' },
])('a job may run again when $when', ({ condition, remover, remaker, digest }) => {
  const { watchman, violations } = watch();
  watchman.see(event('ADDED', job('d1')), run);
  watchman.see(event('MODIFIED', job('d1', condition)), { kind: 'cluster' });
  watchman.see(event('DELETED', job('d1', condition)), remover);
  watchman.see(event('ADDED', job(digest)), remaker);
  expect(violations).toEqual([]);
});

test('a run that asks for one thing and then for another is found, two runs are not', () => {
  const { watchman, violations } = watch();
  watchman.see(event('ADDED', config('a')), run);
  watchman.see(event('MODIFIED', config('b')), otherRun);
  expect(violations).toEqual([]);
  watchman.see(event('MODIFIED', config('b')), run);
  expect(violations).toEqual(['run0 wrote ConfigMap shop/web twice with different content']);
});

test.each([secret, Buffer.from(secret).toString('base64')])(
  'the value %s may stand in a Secret only',
  (value) => {
    const { watchman, violations } = watch();
    watchman.see(event('ADDED', { ...config(value), kind: 'Secret' }), run);
    expect(violations).toEqual([]);
    watchman.see(event('ADDED', config(value, 'd')), run);
    expect(violations).toEqual(["a Secret's value stands in ConfigMap shop/web"]);
  },
);
