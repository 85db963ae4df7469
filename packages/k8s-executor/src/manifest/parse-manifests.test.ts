import { positionAt } from '@flotilla/core';
import { parseManifests } from './parse-manifests.js';

function parse(text: string) {
  return parseManifests({ path: 'a.yaml', text });
}

function objects(text: string) {
  const result = parse(text);
  if (!result.ok) throw new Error(result.diagnostics.map((d) => d.message).join());
  return result.value.map((manifest) => manifest.object);
}

function valueOf(scalar: string): unknown {
  return objects(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: ${scalar}\n`)[0]!['data'];
}

// Truth: `kubectl label --local -o json` of kubectl 1.36.3.
const probes: [string, unknown][] = [
  ['0644', 420],
  ['0o644', 420],
  ['yes', true],
  ['on', true],
  ['y', true],
  ['Off', false],
  ['22:22', '22:22'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02', '2026-01-02'],
  ['0b11', 3],
  ['1_000', 1000],
  ['08', 8],
  ['0O644', 420],
  ['0B1', 1],
  ['0XFF', 255],
  ['123e4567', '123e4567'],
  ['1e400', '1e400'],
  ['+12', 12],
  ['-0644', -420],
  ['0x1F', 31],
  ['~', null],
  ['Null', null],
  ["''", ''],
  ['.5', 0.5],
  ['1.', 1],
  ['1e3', 1000],
  ['-0', 0],
  ['TRUE', true],
  ['tRue', 'tRue'],
  ['0b12', '0b12'],
  ['1__0', 10],
  ['_1', '_1'],
  ['1_', 1],
  ['0_7', 7],
  ['+.5', 0.5],
  ['1.5e3', 1500],
  ['0.1_0', 0.1],
  ['=', '='],
  ['n', false],
  ['N', false],
  ['no', false],
  ['No', false],
  ['Y', true],
  ['+0x1', 1],
  ['1_000.5', 1000.5],
  ['0x_1F', 31],
  ['0o6_44', 420],
  ['0o8', '0o8'],
  ['1e-3', 0.001],
  ['-.5', -0.5],
  ['.', '.'],
  ['+', '+'],
  ['0.', 0],
  ['00', 0],
  ['-08', -8],
  ['09.5', 9.5],
  ['1e+3', 1000],
  ['-0b11', -3],
  ['-0o7', -7],
  ['0b', '0b'],
  ['0x', '0x'],
  ['0o', '0o'],
  ['-0x1F', -31],
  ['089', 89],
  ['0_8', 8],
  ['1e5_0', 1e50],
  ['"0644"', '0644'],
  ["'yes'", 'yes'],
];

test.each(probes)('%s means what it means to kubectl', (scalar, meaning) => {
  expect(valueOf(scalar)).toEqual({ k: meaning });
});

test('keys are typed too', () => {
  expect(valueOf('{y: 1, 010: 2, 1.5: 3}')).toEqual({ k: { true: 1, 8: 2, '1.5': 3 } });
});

test('merge keys merge, and anchors end with their document', () => {
  const text = 'apiVersion: v1\nkind: A\nmetadata: &m {name: a, x: 1}\nspec: {<<: *m, name: b}\n';
  expect(objects(text)[0]!.spec).toEqual({ name: 'b', x: 1 });
  expect(parse(`${text}---\napiVersion: v1\nkind: A\nmetadata: *m\n`).ok).toBe(false);
});

// Truth: `kubectl label --local -o json` of kubectl 1.36.3.
test.each([
  ['{<<: *m, k: "4"}', { k: '4', z: '3' }],
  ['{k: "1", <<: *m}', { k: '1', z: '3' }],
  ['{z: "3", <<: *m, k: "4"}', { k: '4', z: '3' }],
  ['{<<: [{k: "9"}, *m]}', { k: '9', z: '3' }],
  ['{<<: [*m, {k: "9"}]}', { k: '1', z: '3' }],
])('%s merges as it does for kubectl', (value, meaning) => {
  const text = `apiVersion: v1\nkind: A\nmetadata: {name: a, labels: &m {k: "1", z: "3"}}\nspec: ${value}\n`;
  expect(objects(text)[0]!.spec).toEqual(meaning);
});

test.each([
  '{k: "4", <<: *m}',
  '{q: 1, k: "4", <<: [{q: 1}, *m]}',
  '{k: 4, <<: {<<: *m}}',
  '{k: {k: "4", <<: *m}}',
])('%s, where another value wins for kubectl, is refused', (value) => {
  const text = `apiVersion: v1\nkind: A\nmetadata: {name: a, labels: &m {k: "1"}}\nspec: ${value}\n`;
  const { ok, diagnostics } = parse(text);
  expect(ok).toBe(false);
  expect(diagnostics[0]!.message).toContain('`k` is also in what `<<` merges');
  expect(positionAt(diagnostics[0]!.span.file, diagnostics[0]!.span.start).line).toBe(4);
});

test('an escape that kubectl does not know is refused, but in JSON', () => {
  const yaml = (scalar: string) => parse(`apiVersion: v1\nkind: A\nmetadata: {name: ${scalar}}\n`);
  expect(yaml('"a\\/b"').diagnostics[0]!.message).toContain('write `/`');
  expect(yaml('"a\\\\/b"').ok).toBe(true);
  expect(yaml("'a\\/b'").ok).toBe(true);
});

test('several documents, empty ones, comments, Lists and JSON', () => {
  const text = `# first
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: a}}
  - {apiVersion: v1, kind: Secret, metadata: {name: b}}
---
# nothing
---
{"apiVersion": "v1",
\t"kind": "Secret", "metadata": {"name": "c\\/d"}}
...
`;
  expect(objects(text).map((object) => object.metadata.name)).toEqual(['a', 'b', 'c/d']);
});

test('a ConfigMap whose data has items is no List', () => {
  expect(objects('apiVersion: v1\nkind: Pick\nmetadata: {name: a}\nitems: [1]\n')).toHaveLength(1);
});

test.each([
  ['apiVersion: v1\nkind: A\nmetadata: {name: a}\nkind: B\n', 'this key stands twice', 4],
  [
    'apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: 9007199254740993\n',
    /9007199254740993 cannot be kept/,
    4,
  ],
  ['apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: .inf\n', /\.inf cannot be kept/, 4],
  ['a: 1\n---\napiVersion: v1\nkind: A\nmetadata: {generateName: a}\n', /no apiVersion, no kind/, 1],
  ['kind: A\n  b: [\n', /./, 2],
  ['- just\n- text\n', 'this document is not a mapping', 1],
  ['apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {? ~ : 1}\n', 'a key is empty', 4],
])('a mistake has its place: %#', (text, message, line) => {
  const result = parse(text);
  expect(result.ok).toBe(false);
  const first = result.diagnostics[0]!;
  expect(first.message).toMatch(message);
  expect(positionAt(first.span.file, first.span.start).line).toBe(line);
});

test('all objects that lack something are reported at once', () => {
  expect(parse('kind: A\n---\nkind: B\n').diagnostics).toHaveLength(2);
});
