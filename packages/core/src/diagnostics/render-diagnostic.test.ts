import type { Diagnostic } from './diagnostic.js';
import { renderDiagnostics } from './render-diagnostic.js';
import type { SourceFile, SourceSpan } from './source.js';

function spanOf(file: SourceFile, words: string, from = 0): SourceSpan {
  const start = file.text.indexOf(words, from);
  return { file, start, end: start + words.length };
}

function errorAt(span: SourceSpan, rest: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'parse/bad-value', severity: 'error', message: 'Wrong.', span, related: [], ...rest };
}

function render(...diagnostics: readonly Diagnostic[]): readonly string[] {
  return renderDiagnostics(diagnostics, { color: false }).split('\n');
}

const file: SourceFile = {
  path: 'flotilla.yaml',
  text: 'services:\n  - name: db\n  - name: api\n    depends_on: [dbb]\n  - name: db\n',
};

test('nothing to say gives nothing', () => {
  expect(renderDiagnostics([], { color: false })).toBe('');
});

test('head, message, frame, related places, help, and a line that counts', () => {
  const diagnostics: readonly Diagnostic[] = [
    {
      code: 'parse/unknown-name',
      severity: 'error',
      message: 'No service is called "dbb".',
      help: 'Did you mean "db"?',
      span: spanOf(file, 'dbb'),
      related: [],
    },
    {
      code: 'parse/duplicate-name',
      severity: 'error',
      message: 'A second service is called "db".',
      help: 'Rename or remove one of the two.',
      span: spanOf(file, 'db', 60),
      related: [{ message: 'The first one is here.', span: spanOf(file, 'db') }],
    },
    { ...errorAt(spanOf(file, 'services')), code: 'parse/unknown-key', severity: 'warning' },
  ];
  expect(renderDiagnostics(diagnostics, { color: false })).toBe(`flotilla.yaml:4:18 error parse/unknown-name
No service is called "dbb".
    4 |     depends_on: [dbb]
      |                  ^^^
help: Did you mean "db"?

flotilla.yaml:5:11 error parse/duplicate-name
A second service is called "db".
    5 |   - name: db
      |           ^^
flotilla.yaml:2:11 The first one is here.
    2 |   - name: db
      |           --
help: Rename or remove one of the two.

flotilla.yaml:1:1 warning parse/unknown-key
Wrong.
    1 | services:
      | ^^^^^^^^

2 errors, 1 warning`);
});

test('colours only the head, the underline and the margin', () => {
  const text = renderDiagnostics([errorAt(spanOf(file, 'dbb'))], { color: true });
  expect(text).toContain('\u001b[1mflotilla.yaml:4:18\u001b[0m \u001b[31merror\u001b[0m');
  expect(text).toContain('\u001b[31m^^^\u001b[0m');
  expect(text.replaceAll(/\p{Cc}\[\d+m/gu, '')).toBe(
    renderDiagnostics([errorAt(spanOf(file, 'dbb'))], { color: false }),
  );
});

test.each([
  ['tabs take two columns', { text: '\tname: x', words: 'x', line: '  name: x', under: '        ^' }],
  [
    'wide characters take two, combining ones none',
    { text: 'a: "日本 e\u0301" # x', words: '# x', line: 'a: "日本 e\u0301" # x', under: '            ^^^' },
  ],
  [
    'wide words are underlined as wide as they are',
    { text: 'a: 日本🚀', words: '日本🚀', line: 'a: 日本🚀', under: '   ^^^^^^' },
  ],
  [
    'control characters are shown, not sent',
    { text: 'a: \u001b[31m\u202Ex', words: 'x', line: 'a: \\x1b[31m\\u202ex', under: '                 ^' },
  ],
  [
    'a span over lines ends with its first line',
    { text: 'a: [1,\n  2]', words: '[1,\n  2]', line: 'a: [1,', under: '   ^^^' },
  ],
  ['CRLF is no part of the line', { text: 'a: x\r\n', words: 'x', line: 'a: x', under: '   ^' }],
])('%s', (_, { text, words, line, under }) => {
  const source = { path: 'f.yaml', text };
  expect(render(errorAt(spanOf(source, words))).slice(2, 4)).toEqual([`    1 | ${line}`, `      | ${under}`]);
});

test('an empty place, and one behind the last character, get one caret', () => {
  const source = { path: 'f.yaml', text: 'a:\n' };
  expect(render(errorAt({ file: source, start: 2, end: 2 })).slice(2, 4)).toEqual([
    '    1 | a:',
    '      |   ^',
  ]);
  expect(render(errorAt({ file: source, start: 3, end: 3 })).slice(2, 4)).toEqual(['    2 |', '      | ^']);
});

test('a long line is cut around the place', () => {
  const source = { path: 'f.yaml', text: `a: ${'x'.repeat(200)} HERE ${'y'.repeat(200)}` };
  const [, , line, underline] = render(errorAt(spanOf(source, 'HERE')));
  expect(line).toBe(`    1 | …${'x'.repeat(39)} HERE ${'y'.repeat(55)}…`);
  expect(underline).toBe(`      | ${' '.repeat(41)}^^^^`);
});

test('the lines of a message stay lines, and none of them looks like another diagnostic', () => {
  const source = { path: 'a.yaml', text: 'a' };
  const lines = render(errorAt(spanOf(source, 'a'), { message: 'Refused:\r\nb.yaml:1:1 error \u0007' }));
  expect(lines.slice(0, 4)).toEqual([
    'a.yaml:1:1 error parse/bad-value',
    'Refused:',
    '  b.yaml:1:1 error \\x07',
    '    1 | a',
  ]);
});

test('messages and paths cannot control the terminal either', () => {
  const source = { path: 'a\u001b.yaml', text: 'a' };
  const [head, message] = render(errorAt(spanOf(source, 'a'), { message: 'Not \u0007 text.' }));
  expect([head, message]).toEqual(['a\\x1b.yaml:1:1 error parse/bad-value', 'Not \\x07 text.']);
});
