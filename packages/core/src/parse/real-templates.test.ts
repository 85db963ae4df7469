import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { parseDeploymentFile } from './parse-deployment-file.js';

const shared = fileURLToPath(new URL('../../../../../shared', import.meta.url));
const folder = `${shared}/real/release-templates`;
const variables = { folderName: 'shop', parameters: {}, environment: {} };

function parseTemplate(name: string) {
  return parseDeploymentFile({ path: name, text: readFileSync(`${folder}/${name}`, 'utf8') }, variables);
}

describe('real templates', () => {
  const counts: Readonly<Record<string, readonly number[]>> = {
    'ai-fine-tune.yaml': [2, 2, 0, 2],
    'amundsen.yaml': [3, 1, 2, 2],
    'example-voting-app.yaml': [5, 0, 0, 3],
    'genai-stack.yaml': [8, 1, 0, 3],
    'nx-monorepo-41-tasks.yaml': [31, 20, 0, 3],
    'opentelemetry-demo.yaml': [25, 0, 0, 3],
    'posthog.yaml': [10, 2, 0, 3],
    'spring-postgres.yaml': [2, 0, 0, 3],
  };

  test('all of them are tested', () => {
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(counts));
  });

  test.each(Object.entries(counts))('%s parses without a word', (name, expected) => {
    const result = parseTemplate(name);
    expect(result.diagnostics).toEqual([]);
    if (!result.ok) throw new Error('unreachable');
    const { services, jobs, charts, workflows } = result.value;
    expect([services, jobs, charts, workflows].map((list) => list.length)).toEqual(expected);
  });
});

describe('worked examples', () => {
  const examples = parse(readFileSync(`${shared}/design/worked-examples.yaml`, 'utf8')) as readonly {
    readonly what: string;
    readonly file: unknown;
  }[];

  test.each(examples.map(({ what, file }) => [what, file]))('%s', (_, file) => {
    const result = parseDeploymentFile({ path: 'flotilla.yaml', text: stringify(file) }, variables);
    expect(result.diagnostics).toEqual([]);
    expect(result.ok).toBe(true);
  });
});
