import fc from 'fast-check';
import { renderDiagnostics } from '../diagnostics/render-diagnostic.js';
import { hideSecrets } from './hide-secrets.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const variables = { folderName: 'shop', parameters: {}, environment: {} };

function printed(text: string): string {
  const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  return renderDiagnostics(hideSecrets(diagnostics), { color: false });
}

const withVariable = (variable: string) => `services:
  - {name: api, image: a, envs: [${variable}]}
`;

test.each([
  ['a secret variable', '{key: LEVEL, value: hunter-two, secret: true, oops: 1}'],
  ['a variable whose name tells it', '{key: API_TOKEN, value: "hunter-two", oops: 1}'],
  ['a password in an address', '{key: DSN, value: "postgres://shop:hunter-two@db", oops: 1}'],
  ['a value where the file falls apart', '{key: LEVEL, value: hunter-two, secret: true]'],
])('the line with %s is shown without it, and the mistake underlined where it is', (_what, variable) => {
  const text = withVariable(variable);
  const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  const plain = renderDiagnostics(diagnostics, { color: false });
  expect(plain).toContain('hunter-two');
  expect(printed(text)).not.toContain('hunter-two');
  expect(
    printed(text)
      .split('\n')
      .filter((line) => line.includes('^')),
  ).toEqual(plain.split('\n').filter((line) => line.includes('^')));
});

test('every line of a value is hidden, and nothing of one that is no secret', () => {
  const text = `services:
  - name: api
    image: a
    envs:
      - key: LEVEL
        secret: true
        value: "hunter-two
          hunter-three"
        oops: 1
      - {key: MODE, value: production, oops: 1}
parameters:
  - {name: db_password, default: hunter-four, oops: 1}
`;
  const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  const [first] = hideSecrets(diagnostics);
  expect(first?.span.file.text).not.toMatch(/hunter/);
  expect(first?.span.file.text).toContain('production');
});

test('whatever the text, no offset moves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-composite' }), (value) => {
      const text = withVariable(`{key: A, secret: true, value: ${JSON.stringify(value)}, oops: 1}`);
      const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
      for (const { span } of hideSecrets(diagnostics)) {
        expect(span.file.text).toHaveLength(text.length);
        expect(span.file.text.split('\n')).toHaveLength(text.split('\n').length);
      }
    }),
  );
});
