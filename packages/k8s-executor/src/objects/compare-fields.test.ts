import fc from 'fast-check';
import type { Json } from '../cluster/json.js';
import { valueAt } from './field-path.js';
import { compareFields } from './compare-fields.js';

test('items are told apart by what names them, whatever their order', () => {
  const from = {
    containers: [
      { name: 'a', image: 'x:1' },
      { name: 'b', image: 'y:1' },
    ],
  };
  const to = { containers: [{ name: 'b', image: 'y:2' }, { name: 'a', image: 'x:1' }, { name: 'c' }] };
  expect(compareFields(from, to)).toEqual([
    { path: '.containers[name="b"].image', from: 'y:1', to: 'y:2' },
    { path: '.containers[name="c"].name', from: undefined, to: 'c' },
  ]);
});

test('ports need both of their keys, items without a name their place', () => {
  const port = (protocol: string, name: string) => ({ containerPort: 53, protocol, targetName: name });
  expect(compareFields([port('TCP', 'a'), port('UDP', 'b')], [port('UDP', 'c'), port('TCP', 'a')])).toEqual([
    { path: '[containerPort=53,protocol="UDP"].targetName', from: 'b', to: 'c' },
  ]);
  expect(compareFields([{ verbs: ['get'] }], [{ verbs: ['get', 'list'] }])).toEqual([
    { path: '[0].verbs', from: ['get'], to: ['get', 'list'] },
  ]);
});

test('what is not there and what is empty are two things', () => {
  expect(compareFields({ a: {} }, {})).toEqual([{ path: '.a', from: {}, to: undefined }]);
  expect(compareFields({}, { data: { 'app.properties': 'x' } })).toEqual([
    { path: '.data.app.properties', from: undefined, to: 'x' },
  ]);
});

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.constantFrom('', 'a', 'b.c', 'x"y]'),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('name', 'port', 'a.b', 'a', 'b', 'protocol'), tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('nothing differs from itself, and every field that differs is found where its path says', () => {
  fc.assert(
    fc.property(json, json, (from, to) => {
      expect(compareFields(from, from)).toEqual([]);
      const changes = compareFields({ from }, { from: to });
      expect(changes.length > 0).toBe(JSON.stringify(sorted(from)) !== JSON.stringify(sorted(to)));
    }),
  );
});

test('a path leads back to its value, though keys hold dots', () => {
  const object = { data: { 'a.b': 'x', a: { c: 'y' } }, items: [{ name: 'q"]', v: 1 }] };
  for (const { path, to } of compareFields(undefined, object)) expect(valueAt(object, path)).toEqual(to);
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, below]) => [key, sorted(below ?? null)]),
  );
}
