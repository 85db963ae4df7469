import { parseObjects } from './parse-objects.js';

const pod = (name: string) => `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "${name}"}}`;

function names(text: string): readonly string[] {
  const result = parseObjects({ path: 'stdin', text });
  if (!result.ok) throw new Error(result.diagnostics.map((each) => each.message).join());
  return result.value.map(({ object }) => `${object.apiVersion}/${object.kind}/${object.metadata.name}`);
}

test.each([
  ['JSON', pod('a'), ['v1/Pod/a']],
  ['a JSON array', `[${pod('a')},\n${pod('b')}]`, ['v1/Pod/a', 'v1/Pod/b']],
  ['JSON lines', `${pod('b')}\n${pod('a')}\n\n`, ['v1/Pod/b', 'v1/Pod/a']],
  ['YAML', `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n${pod('b')}\n`, ['v1/Pod/a', 'v1/Pod/b']],
  [
    'a List',
    `{"apiVersion": "v1", "kind": "List", "items": [${pod('a')}, ${pod('b')}]}`,
    ['v1/Pod/a', 'v1/Pod/b'],
  ],
  [
    'a list as the API server gives it',
    '{"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [{"metadata": {"name": "a"}}]}',
    ['apps/v1/Deployment/a'],
  ],
])('%s', (_, text, expected) => {
  expect(names(text)).toEqual(expected);
});

test('what is only looked at needs no name, and the last of two equal keys wins', () => {
  expect(
    names('apiVersion: v1\nkind: Pod\nmetadata: {name: a, name: b}\n---\napiVersion: v1\nkind: Pod\n'),
  ).toEqual(['v1/Pod/b', 'v1/Pod/']);
});

test('numbers that only JSON can write are no mistake', () => {
  expect(
    names('{"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}, "n": 9007199254740993}'),
  ).toEqual(['v1/A/a']);
});

test.each(['{"kind": "Pod"}', `${pod('a')}\n{"kind": `, '[1]', 'text'])('%s is a mistake', (text) => {
  expect(parseObjects({ path: 'stdin', text })).toMatchObject({
    ok: false,
    diagnostics: [{ severity: 'error' }],
  });
});
