import { decodeUtf8, positionAt } from '@flotilla/core';
import { yamlForms, yamlProbes, yamlRefusals } from '../testing/yaml-probes.js';
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

test.each(yamlProbes)('%s means what it means to kubectl', (scalar, meaning) => {
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

test('bytes that are not UTF-8 are refused where they stand', () => {
  const text = decodeUtf8(
    Buffer.from('apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: café\n', 'latin1'),
  );
  const { ok, diagnostics } = parse(text);
  expect(ok).toBe(false);
  expect(diagnostics[0]!.message).toContain('not UTF-8');
  expect(positionAt(diagnostics[0]!.span.file, diagnostics[0]!.span.start)).toEqual({ line: 4, column: 10 });
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
  ['apiVersion: v1\nkind: A\ndata: {}\nurl: a: b\n', /^a `:` where no key ends/, 4],
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
  ['apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {a: "x\ry"}\n', /U\+000D \(carriage return\)/, 4],
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

test.each(yamlForms)('%s are read', (_, text) => {
  expect(objects(text).length).toBeGreaterThan(0);
});

test.each(yamlRefusals)('%s is refused, with a place', (_, text) => {
  const { ok, diagnostics } = parse(text);
  expect(ok).toBe(false);
  expect(diagnostics[0]!.span.end).toBeGreaterThan(diagnostics[0]!.span.start);
});

test('lines at the margin inside brackets and quotes belong to their key, and places stay true', () => {
  const head = 'apiVersion: v1\nkind: A\nmetadata: {name: a}\n';
  expect(objects(`${head}spec: {a: "x\ny",\nb: [\n1\n]}\n`)[0]!.spec).toEqual({ a: 'x y', b: [1] });
  const [wrong] = parse(`${head}spec: {a: [\n1\n],\nb: 1, b: 2}\n`).diagnostics;
  expect(positionAt(wrong!.span.file, wrong!.span.start).line).toBe(7);
});

test('the mistakes of all documents come together', () => {
  const good = 'apiVersion: v1\nkind: A\nmetadata: {name: a}\n';
  const { diagnostics } = parse(`${good}a: [\n---\n${good}kind: B\n---\n${good}spec: .inf\n`);
  expect(diagnostics.map(({ span }) => positionAt(span.file, span.start).line)).toEqual([5, 9, 14]);
});

test.each([
  ['metadata: {name: on}', 'this A has true as metadata.name, which is no text: quote it'],
  ['metadata: {name: 12}', 'this A has 12 as metadata.name, which is no text: quote it'],
  ['metadata: {name: a, annotations: {b: 1}}', 'has 1 as metadata.annotations.b'],
])('%s: what should be text and is not is named', (metadata, message) => {
  expect(parse(`apiVersion: v1\nkind: A\n${metadata}\n`).diagnostics[0]!.message).toContain(message);
});

test('a List of nothing is nothing', () => {
  expect(objects('apiVersion: v1\nkind: List\nitems:\n---\napiVersion: v1\nkind: List\nitems: []\n')).toEqual(
    [],
  );
});
