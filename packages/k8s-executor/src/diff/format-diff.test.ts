import { taskId } from '@flotilla/core';
import type { DiffItem } from './diff-item.js';
import { formatDiff } from './format-diff.js';

const task = taskId('services', 'api');
const item = (name: string, action: DiffItem['action'], fields: DiffItem['fields'] = []): DiffItem => ({
  task,
  object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name },
  action,
  fields,
});

const items = [
  item('old', 'delete', [{ path: '.data.a', from: 'b', to: null }]),
  item('new', 'create', [
    { path: '.data.a', from: null, to: 'b' },
    { path: '.metadata.labels["flotilla.dev/task"]', from: null, to: 'services.api' },
  ]),
  item('changed', 'change', [
    { path: '.data.count', from: '2', to: '3' },
    { path: '.data.app.conf', from: 'one\ntwo\nthree\n', to: 'one\n2\nthree\n' },
  ]),
  item('theirs', 'conflict', [{ path: '.data.a', from: 'x', to: 'y', manager: 'kubectl-edit' }]),
  item('same', 'unchanged'),
];

test('each object with its fields, changed lines only, the managers of conflicts, and a sum', () => {
  expect(formatDiff(items, { color: false })).toBe(`services.api
  - ConfigMap shop/old  no longer in the files
  + ConfigMap shop/new
      + .data.a: b
  ~ ConfigMap shop/changed
      .data.count
        - "2"
        + "3"
      .data.app.conf
        - two
        + 2
  ! ConfigMap shop/theirs  would be refused: fields belong to others (--force-conflicts takes them)
      .data.a  (of kubectl-edit)
        - x
        + y
  1 object unchanged

1 to create, 1 to change, 1 to delete, 1 in conflict, 1 unchanged
`);
});

test('colours are additions green, removals red', () => {
  const text = formatDiff([item('changed', 'change', [{ path: '.a', from: 1, to: 2 }])], { color: true });
  expect(text).toContain('\u001b[31m        - 1\u001b[0m');
  expect(text).toContain('\u001b[32m        + 2\u001b[0m');
});

test('jobs run; nothing to do is said', () => {
  const job = { ...item('seed', 'create'), task: taskId('jobs', 'seed') };
  const run = formatDiff([{ ...job, object: { ...job.object, kind: 'Job' } }], { color: false });
  expect(run).toContain('+ Job shop/seed  would run');
  expect(formatDiff([item('same', 'unchanged')], { color: false })).toBe(
    'no differences: 1 object as asked\n',
  );
});

test('what is left though the files no longer have it is told, and why', () => {
  const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
  const kept = [{ object, reason: '--prune-stateful deletes it' }];
  expect(formatDiff([item('same', 'unchanged')], { color: false, kept })).toBe(
    'kept, though no longer in the files\n  PersistentVolumeClaim shop/data: --prune-stateful deletes it\n\nno differences: 1 object as asked\n',
  );
});

test('no value steers the terminal, and a long text is cut short', () => {
  const evil = [
    { path: '.data.a', from: null, to: 'a\u001b[2Jb' },
    { path: '.data.b', from: 'x', to: 'y\u001b[2J\nz' },
  ];
  expect(formatDiff([item('e', 'change', evil)], { color: false })).not.toContain('\u001b');
  const long = Array.from({ length: 30 }, (_, at) => `line ${String(at)}`).join('\n');
  expect(
    formatDiff([item('l', 'change', [{ path: '.data.a', from: null, to: long }])], { color: false }),
  ).toContain('+ … 10 more lines');
});
