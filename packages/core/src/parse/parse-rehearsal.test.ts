import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { parseDeploymentFile } from './parse-deployment-file.js';
import { parseRehearsal } from './parse-rehearsal.js';

const variables = { folderName: 'shop', parameters: {}, environment: {} };

function fileOf(text: string) {
  const result = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  if (!result.ok) throw new Error('the file is right');
  return result.value;
}

const file = fileOf('services: [{name: db}, {name: b}]\njobs: [{name: migrate}]\ncharts: [{name: k}]');

function complaints(text: string): readonly string[] {
  return parseRehearsal({ path: 'with.yaml', text }, file).diagnostics.map(
    ({ severity, code, span, message, help = '' }) =>
      `${severity} ${code} [${text.slice(span.start, span.end)}] ${message} ${help}`.trimEnd(),
  );
}

test('the example of cli.md', () => {
  const result = parseRehearsal(
    {
      path: 'with.yaml',
      text: `
defaults: {service: 10s, removal: 1m}
tasks:
  services.db:  {takes: 12s}
  jobs.migrate: {takes: 40s, fails: exit code 1}
  services.b:   {takes: 5s, fails: CrashLoopBackOff, heals: 20s}
  charts.k:     {fails: bad command}
  environment.remove: {takes: 250ms}
`,
    },
    file,
  );
  if (!result.ok) throw new Error('the rehearsal is right');
  expect(result.value.defaults).toEqual({
    service: 10_000,
    job: 60_000,
    chart: 60_000,
    'remove-environment': 60_000,
  });
  expect(Object.fromEntries(result.value.tasks)).toEqual({
    'services.db': { takesMs: 12_000 },
    'jobs.migrate': { takesMs: 40_000, fails: 'exit code 1' },
    'services.b': { takesMs: 5000, fails: 'CrashLoopBackOff', healsMs: 20_000 },
    'charts.k': { takesMs: 60_000, fails: 'bad command' },
    'release.remove_environment': { takesMs: 250 },
  });
});

test('what the file leaves out is built in', () => {
  const result = parseRehearsal({ path: 'with.yaml', text: 'tasks: {}' }, file);
  expect(result).toMatchObject({
    ok: true,
    value: { defaults: { service: 30_000, job: 60_000, chart: 60_000 } },
  });
});

test('mistakes', () => {
  expect(
    complaints(`
defaults: {services: 1s}
tasks:
  services.dbb: {takes: 1s}
  services.all: {takes: 1s}
  release.remove_environment: {takes: 1s}
  environment.remove: {takes: 1s}
  jobs.migrate: {fails: x, heals: 3s}
  services.db: {heals: 3s, take: 1s, takes: fast}
`),
  ).toEqual([
    'error parse/unknown-key [services] Defaults has no key "services". Did you mean "service"?',
    'error parse/unknown-name [services.dbb] The deployment file defines no task services.dbb. Did you mean services.db?',
    'error parse/unknown-name [services.all] The deployment file defines no task services.all. A rehearsal names each task by itself.',
    'error parse/duplicate-name [environment.remove] release.remove_environment is rehearsed twice, under both of its names.',
    'error parse/bad-value [heals] jobs.migrate is a job: it has one result and cannot heal. Remove `heals`; a job that fails first and works later is one with `attempts`.',
    'error parse/bad-value [heals] services.db cannot heal, since it does not fail. Say with `fails` what goes wrong first, e.g. `fails: CrashLoopBackOff`.',
    'error parse/unknown-key [take] A rehearsed task has no key "take". Did you mean "takes"?',
    'error parse/bad-value [fast] `takes` must be a duration: whole seconds, or 250ms, 90s, 1m30s, but is the text "fast". Write for example 90s or 5m, or leave the key out for its default.',
  ]);
  expect(complaints('[]')).toEqual([
    'error parse/bad-value [[]] The rehearsal file must be a mapping, but is an empty list. Write the keys of a rehearsal file, e.g. `defaults: …`.',
  ]);
  expect(complaints('a: [')).toHaveLength(1);
});

const examples = parse(
  readFileSync(
    fileURLToPath(new URL('../../../../../shared/design/worked-examples.yaml', import.meta.url)),
    'utf8',
  ),
) as readonly { readonly what: string; readonly file: unknown; readonly with: object }[];

test.each(examples.map((example) => [example.what, example]))('parses the rehearsal of: %s', (_, example) => {
  const source = { path: 'with.yaml', text: stringify({ tasks: example.with }) };
  const result = parseRehearsal(source, fileOf(stringify(example.file)));
  expect(result.diagnostics).toEqual([]);
  expect(result.ok && [...result.value.tasks.keys()]).toEqual(Object.keys(example.with));
});
