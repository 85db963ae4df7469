import type { ApprovedItem } from './approved-plan.js';
import { isSealed, movedSince, sealPlan } from './approved-plan.js';

const item = (changes: Partial<ApprovedItem> = {}): ApprovedItem => ({
  task: 'services.web',
  object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'conf' },
  action: 'change',
  fields: [{ path: '.data.a', from: 'b', to: 'c' }],
  desired: 'sha256:1',
  live: { uid: 'u1' },
  ...changes,
});

test('what is as it was approved has not moved', () => {
  expect(movedSince([item()], [item()])).toEqual([]);
});

test.each<[string, readonly ApprovedItem[], string]>([
  ['the files', [item({ desired: 'sha256:2' })], 'ConfigMap shop/conf: the files ask for something else now'],
  [
    'the way of comparing',
    [item({ desired: 'hmac-sha256:1' })],
    'ConfigMap shop/conf: it was approved before the first deploy, and what it asked for cannot be compared any more',
  ],
  [
    'a value',
    [item({ fields: [{ path: '.data.a', from: 'x', to: 'c', manager: 'kubectl-edit' }] })],
    'ConfigMap shop/conf .data.a was "b", is "x" (by kubectl-edit)',
  ],
  [
    'another field',
    [item({ fields: [...item().fields, { path: '.data.b', from: 1, to: 2 }] })],
    'ConfigMap shop/conf .data.b was as asked, is 1',
  ],
  [
    'a new object of that name',
    [item({ live: { uid: 'u2' } })],
    'ConfigMap shop/conf has been deleted and made anew',
  ],
  ['a deletion', [item({ live: null })], 'ConfigMap shop/conf is not there any more'],
  [
    'a Secret',
    [item({ live: { uid: 'u1', resourceVersion: '7' } })],
    'ConfigMap shop/conf: somebody has changed it',
  ],
  ['what is asked no more', [], 'ConfigMap shop/conf: no longer asked for'],
])('%s that moved is named', (_, now, line) => {
  expect(movedSince([item()], now)).toEqual([line]);
});

test('what came in addition is named', () => {
  expect(movedSince([], [item({ action: 'delete' })])).toEqual([
    'ConfigMap shop/conf: not part of what was approved (delete)',
  ]);
});

test('a sealed plan may be laid out otherwise, but not say anything else', () => {
  const sealed = sealPlan({
    apiVersion: 'flotilla.dev/v1',
    kind: 'ApprovedPlan',
    name: 'shop',
    workflow: 'setup',
    plan: 'sha256:0',
    cluster: { uid: 'c1', namespace: 'shop' },
    items: [item()],
    objects: [{ kind: 'ConfigMap', data: { a: 'c' } }],
  });
  const { objects, ...rest } = JSON.parse(JSON.stringify(sealed)) as typeof sealed;
  expect(isSealed({ objects, ...rest })).toBe(true);
  expect(isSealed({ ...sealed, workflow: 'patch' })).toBe(false);
  expect(isSealed({ ...sealed, objects: [] })).toBe(false);
  expect(isSealed({ ...sealed, items: [item({ action: 'delete' })] })).toBe(false);
});
