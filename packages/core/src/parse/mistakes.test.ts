import { decodeUtf8 } from './decode-utf8.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const variables = { folderName: 'folder', parameters: {}, environment: {} };

/** Each diagnostic as `line:column severity code [underlined words] message help`. */
function complaints(text: string): readonly string[] {
  const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  return diagnostics.map(({ severity, code, span, message, help = '' }) => {
    const before = text.slice(0, span.start).split('\n');
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    return `${place} ${severity} ${code} [${text.slice(span.start, span.end)}] ${message} ${help}`.trimEnd();
  });
}

describe('mistakes that people made (research/release.md §6)', () => {
  test('spring-postgres 15:22: the steps of parallelize kept under order_from', () => {
    const text = `
services: [{name: db}, {name: backend}]
workflows:
  - name: setup
    order_from:
      - step: services-0
        tasks:
          - services.db
          - services.backend
`;
    expect(complaints(text)).toEqual([
      '6:9 error parse/step-in-order-from [step] `step:` belongs under `parallelize`; `order_from` is a plain list of tasks that run one after another. To run one task after another write `order_from: [services.db, services.backend]`. To keep the steps rename `order_from` to `parallelize`; tasks of one step still run at the same time, in whatever order they are listed.',
    ]);
  });

  test('bring-your-own-terraform: the section `Jobs`; what it defines is not missed as well', () => {
    const text = `
Jobs: [{name: migrate, from_services: api}]
Services: [{name: api}]
jobs: [{name: seed, from_services: api}]
workflows: [{name: setup, order_from: [jobs.migrate]}]
`;
    expect(complaints(text)).toEqual([
      '2:1 error parse/unknown-key [Jobs] A deployment file has no key "Jobs". Did you mean "jobs"?',
      '3:1 error parse/unknown-key [Services] A deployment file has no key "Services". Did you mean "services"?',
    ]);
  });

  test('terraform-runner-example: `typed` for `type`', () => {
    expect(complaints('services: [{name: a, ports: [{typed: node_port, port: 80}]}]')).toEqual([
      '1:31 error parse/unknown-key [typed] A port has no key "typed". Did you mean "type"?',
    ]);
  });

  test('AI-Examples: a step with `tasks: []`', () => {
    expect(
      complaints('workflows:\n- name: setup\n  parallelize:\n  - step: inference\n    tasks: []'),
    ).toEqual([
      '5:12 error parse/empty-step [[]] A step without tasks does nothing. List its tasks, e.g. [services.db], or remove it.',
    ]);
  });

  test('redstone: an invented schema of workflows', () => {
    const text = 'workflows:\n- name: deploy\n  type: helm\n  chart: ./chart\n  values_files: [values.yaml]';
    expect(complaints(text)).toEqual([
      '2:9 error parse/neither-form [deploy] A workflow needs `order_from` or `parallelize`. Write `order_from: [services.db, services.api]` for one after another, or `parallelize: [{step: data, tasks: [services.db]}]` for steps.',
      '3:3 error parse/unknown-key [type] A workflow has no key "type". Known keys: name, order_from, parallelize.',
      '4:3 error parse/unknown-key [chart] A workflow has no key "chart". Known keys: name, order_from, parallelize.',
      '5:3 error parse/unknown-key [values_files] A workflow has no key "values_files". Known keys: name, order_from, parallelize.',
    ]);
  });

  test('a task that does not exist is left to the compiler', () => {
    const text = 'jobs: [{name: peft-tuning}]\nworkflows: [{name: setup, order_from: [jobs.peft-training]}]';
    expect(complaints(text)).toEqual([]);
  });
});

describe('text that is not YAML', () => {
  test.each([
    [
      'a tab',
      'a:\n\tb: 1',
      '2:1 error parse/not-yaml [\t] This line is indented with a tab; YAML takes only spaces. Indent it with spaces.',
    ],
    [
      'open quotes',
      'a: 1\nb: "x\nc: 1\n',
      '2:4 error parse/not-yaml ["x\nc: 1\n] The quotes that open here are never closed. Close them, or write quotes that belong to the text twice.',
    ],
    [
      'an open list',
      'a: [1, 2\nb: 3',
      '2:1 error parse/not-yaml [b] A list that was opened with `[` is not closed before this place. Close it with `]`; a `{` inside it closes with `}` first.',
    ],
    [
      'two keys on a line',
      'name: a: b',
      '1:7 error parse/not-yaml [a] A key stands inside the value of another key on its line. Put text that holds `: ` in quotes; let a nested mapping start on the next line, indented.',
    ],
    [
      'a key out of line',
      'services:\n  - name: a\n   image: b',
      '3:4 error parse/not-yaml [image: b] The indentation of this line fits nothing above it. Line it up with the keys or entries it belongs to.',
    ],
    [
      'a line without a colon',
      'name: a\nimage',
      '2:1 error parse/not-yaml [image] This line is neither a `key: value` nor an entry that starts with `- `. Add the `:` or the `- `, with a space behind it.',
    ],
    [
      'a reserved character',
      'name: @a',
      '1:7 error parse/not-yaml [@] Text cannot start with this character unless it is quoted. Put the text in quotes.',
    ],
    [
      'a bad escape',
      'name: "\\q"',
      '1:8 error parse/not-yaml [\\] This is not YAML: Invalid escape sequence \\q.',
    ],
    [
      'a NUL',
      'name: a\0',
      '1:8 error parse/not-yaml [\0] The file holds a character that is not text (U+0000). Save the file as UTF-8 text.',
    ],
    [
      'half a surrogate pair',
      'name: \ud83d',
      '1:7 error parse/not-yaml [\ud83d] The file holds a character that is not text (U+D83D). Save the file as UTF-8 text.',
    ],
    [
      'a byte that is not UTF-8',
      decodeUtf8(Buffer.from('name: café', 'latin1')),
      '1:10 error parse/not-yaml [\udcff] The file holds bytes that are not UTF-8. Save the file as UTF-8 text.',
    ],
    ['nothing', '', '1:1 error parse/empty-file [] The file is empty. Fill it, or name another file.'],
    [
      'a comment',
      '# soon\n',
      '1:1 error parse/empty-file [# soon\n] The file is empty. Fill it, or name another file.',
    ],
    [
      'two documents',
      'name: a\n---\nname: b',
      '3:1 error parse/several-documents [n] A second YAML document starts here; this file must hold one. Put it into a file of its own, or remove the `---` before it.',
    ],
    [
      'a list',
      '- a',
      '1:1 error parse/bad-value [- a] The file must be a mapping with keys such as `services`, but is a list.',
    ],
    [
      'a word',
      'hello',
      '1:1 error parse/bad-value [hello] The file must be a mapping with keys such as `services`, but is the text "hello".',
    ],
  ])('%s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });

  test.each([
    ['a byte order mark and CRLF', '\uFEFFname: a\r\nservices:\r\n  - name: b\r\n'],
    ['an end marker and an empty document', '---\nname: a\n...\n---\n'],
    ['an unused tag that YAML knows', 'name: !!str 1\nx-a: !!int "3"'],
  ])('%s are fine', (_, text) => {
    expect(complaints(text)).toEqual([]);
  });

  test('a depth that would overflow the stack', () => {
    expect(complaints(`name: ${'['.repeat(50_000)}`)).toEqual([
      '1:205 error parse/not-yaml [[] The file is nested more than 200 levels deep here.',
    ]);
    expect(complaints('- '.repeat(50_000))[0]).toContain('nested more than 200 levels deep');
  });

  test('keys that stand twice, are no words, and unknown tags', () => {
    expect(complaints('name: a\nname: b\n? [x]\n: 1\nx-a: !vault b')).toEqual([
      '2:1 error parse/duplicate-key [name] The key "name" stands twice in this mapping. Remove one of the two, or put what belongs together under one key.',
      '3:3 error parse/bad-value [[x]] A key must be a word, but this is a list.',
      '5:6 warning parse/unknown-tag [!vault] The tag !vault means nothing here; it is ignored.',
    ]);
  });
});

describe('keys', () => {
  test('an unknown key is ignored aloud; one that is nearly known, or inside workflows, is an error', () => {
    const text = `
labels: {}
services: [{name: a, sidecars: [], dependsOn: [b], image: c}]
workflows:
  - name: setup
    paralellize: []
  - name: patch
    order_from: [{task: services.a, retries: 3}]
`;
    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^2:1 warning parse\/unknown-key \[labels\] A deployment file has no key "labels"; it is ignored\. Known keys: name, app, /,
      ),
      expect.stringMatching(
        /^3:22 warning parse\/unknown-key \[sidecars\] A service has no key "sidecars"; it is ignored\./,
      ),
      '3:36 error parse/unknown-key [dependsOn] A service has no key "dependsOn". Did you mean "depends_on"?',
      '6:5 error parse/unknown-key [paralellize] A workflow has no key "paralellize". Did you mean "parallelize"?',
      '8:37 error parse/unknown-key [retries] A task entry has no key "retries". Known keys: task, needs, halt_on_error, wait_for_finish, timeout, attempts.',
    ]);
  });

  test('depends_on outside services points to needs', () => {
    const text = `
jobs: [{name: m, depends_on: [a]}]
charts: [{name: c, depends_on: [a]}]
workflows: [{name: s, parallelize: [{step: x, depends_on: [y], tasks: [{task: jobs.m, depends_on: [a]}]}]}]
`;
    const help = 'Say what the task waits for with `needs` on its entry in the workflow.';
    expect(complaints(text)).toEqual([
      `2:18 warning parse/depends-on-ignored [depends_on] \`depends_on\` is for services; on a job it is ignored. ${help}`,
      `3:20 warning parse/depends-on-ignored [depends_on] \`depends_on\` is for services; on a chart it is ignored. ${help}`,
      `4:47 warning parse/depends-on-ignored [depends_on] \`depends_on\` is for services; on a step it is ignored. ${help}`,
      `4:87 warning parse/depends-on-ignored [depends_on] \`depends_on\` is for services; on a task entry it is ignored. ${help}`,
    ]);
  });

  test('keys that stand at the wrong place', () => {
    expect(
      complaints('services: [{name: a, attempts: 2, completed_timeout: 5}]\njobs: [{name: b, timeout: 5}]'),
    ).toEqual([
      '1:22 error parse/bad-value [attempts] `attempts` is for jobs only. Kubernetes keeps restarting a service by itself; remove the key.',
      '1:35 warning parse/unknown-key [completed_timeout] `completed_timeout` is for jobs; on a service it is ignored. A service has `timeout`.',
      '2:18 warning parse/unknown-key [timeout] `timeout` on a job is ignored. Write `completed_timeout`, or `timeout` on the entry in the workflow.',
    ]);
  });

  test('missing keys, at the first words of what misses them', () => {
    expect(
      complaints(
        'services: [{image: a}]\nworkflows: [{name: s, parallelize: [{tasks: [services.a]}, {step: b}]}]',
      ),
    ).toEqual([
      '1:13 error parse/missing-key [image] A service needs `name`. Add `name:`. The name of the service; its task is `services.<name>`.',
      '2:38 error parse/missing-key [tasks] A step needs `step`. Add `step:`. The name of the step, unique in the workflow.',
      '2:61 error parse/missing-key [step] A step needs `tasks`. Add `tasks:`. Tasks that run in parallel.',
    ]);
  });
});

describe('values', () => {
  test.each([
    [
      'services: api',
      '1:11 error parse/bad-value [api] `services` must be a list, but is the text "api". Write it as a list: [api].',
    ],
    [
      'services: [api]',
      '1:12 error parse/bad-value [api] An entry of `services` must be a mapping, but is the text "api". Write the keys of a service, e.g. `name: …`.',
    ],
    [
      'services: [{name: }]',
      '1:19 error parse/bad-value [] `name` must be a name other than "all", which X.all stands for, but is empty.',
    ],
    [
      'services: [{name: a, replicas: two}]',
      '1:32 error parse/bad-value [two] `replicas` must be a whole number, 0 or more, but is the text "two". Write a number such as 2, or leave the key out for its default.',
    ],
    [
      'services: [{name: a, replicas: 1.5}]',
      '1:32 error parse/bad-value [1.5] `replicas` must be a whole number, 0 or more, but is the number 1.5. Write a number such as 2, or leave the key out for its default.',
    ],
    [
      'services: [{name: a, ports: [{port: 70000}]}]',
      '1:37 error parse/bad-value [70000] `port` must be a whole number from 1 to 65535, but is the number 70000. Write a number such as 2, or leave the key out for its default.',
    ],
    [
      'services: [{name: a, ports: [{type: NodePort, port: 1}]}]',
      '1:37 error parse/bad-value [NodePort] `type` must be "node_port" or "container_port", but is the text "NodePort".',
    ],
    [
      'services: [{name: a, memory: {limits: 1 GB}}]',
      '1:39 error parse/bad-value [1 GB] `limits` must be a Kubernetes quantity such as 500m, 2 or 512Mi, but is the text "1 GB".',
    ],
    [
      'services: [{name: a, command: npm start}]',
      '1:31 error parse/bad-value [npm start] `command` must be a list, but is the text "npm start". Write it as a list: [npm, start].',
    ],
    [
      'services: [{name: a, static: "true"}]',
      '1:30 error parse/bad-value ["true"] `static` must be true or false, but is the text "true". Write true without quotes.',
    ],
    [
      'services: [{name: a, envs: {A: b}}]',
      '1:28 error parse/bad-value [{A: b}] `envs` must be a list, but is a mapping. Write each entry on lines of its own, its first with `- ` before it.',
    ],
    [
      'jobs: [{name: a, completed_timeout: 1.5s}]',
      '1:37 error parse/bad-value [1.5s] `completed_timeout` must be a duration: whole seconds, or 250ms, 90s, 1m30s, but is the text "1.5s". Write for example 90s or 5m, or leave the key out for its default.',
    ],
    [
      'jobs: [{name: a, completed_timeout: 0}]',
      '1:37 error parse/bad-value [0] `completed_timeout` must be a duration: whole seconds, or 250ms, 90s, 1m30s, but is the number 0. Write for example 90s or 5m, or leave the key out for its default.',
    ],
    [
      'jobs: [{name: a, attempts: 0}]',
      '1:28 error parse/bad-value [0] `attempts` must be a whole number, 1 or more, but is the number 0. Write a number such as 2, or leave the key out for its default.',
    ],
    [
      'services: [{name: a, readiness_probe: {period_seconds: 5}}]',
      '1:40 error parse/bad-value [period_seconds] A probe asks in one way: exec, http_get or tcp_socket; this one has none.',
    ],
    [
      'services: [{name: all}]',
      '1:19 error parse/bad-value [all] `name` must be a name other than "all", which X.all stands for, but is the text "all".',
    ],
    [
      'services: [{name: a, manifests: [x], kustomize: y}]',
      '1:38 error parse/several-sources [kustomize] `manifests` and `kustomize` both say where the objects come from. Keep one of the two.',
    ],
    [
      'services: [{name: a, volumes: [{type: s3, bucket: b, mount_path: /a}]}]',
      '1:33 warning parse/not-supported [type] Volumes of type s3 are not supported; this one is ignored. Mount the bucket by `manifests` of your own.',
    ],
  ])('%s', (text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });
});

describe('names', () => {
  test('duplicates point at both', () => {
    const text = `
services: [{name: a}, {name: a}]
jobs: [{name: a}]
workflows: [{name: s, order_from: [services.a]}, {name: s, order_from: [services.a]}]
`;
    const { diagnostics } = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
    expect(
      diagnostics.map(({ message, span, related }) => [message, span.start, related[0]?.span.start]),
    ).toEqual([
      ['A second service is called "a".', text.indexOf('a}]'), text.indexOf('a}')],
      ['A second workflow is called "s".', text.lastIndexOf('s, order'), text.indexOf('s, order')],
    ]);
  });

  test('names that nothing has', () => {
    const text = `
shared_volumes: [{name: models, size: 1Gi}]
services:
  - {name: db, depends_on: [bd, mail, services.api, migrate], volumes: [{claim: model, mount_path: /a}]}
  - {name: api, envs: [{key: A, value: 1}, {key: A, value: 2}]}
jobs: [{name: migrate, from_services: apj}]
`;
    expect(complaints(text)).toEqual([
      '4:29 error parse/unknown-name [bd] No service is called "bd". Did you mean "db"?',
      '4:33 error parse/unknown-name [mail] No service is called "mail". The file defines: db, api.',
      '4:39 error parse/unknown-name [services.api] No service is called "services.api". Write "api": `depends_on` names services, not tasks.',
      '4:53 error parse/unknown-name [migrate] No service is called "migrate". `depends_on` names services. To wait for jobs.migrate, write `needs: [jobs.migrate]` on this service\'s entry in the workflow.',
      '4:81 error parse/unknown-name [model] No shared volume is called "model". Did you mean "models"?',
      '5:45 error parse/duplicate-name [key] The environment variable A is set twice. Remove one of the two.',
      '6:39 error parse/unknown-name [apj] No service is called "apj". Did you mean "api"?',
    ]);
  });
});

test('a file full of unknown names is answered in time that grows with its size', () => {
  const services = Array.from(
    { length: 300 },
    (_, at) => `  - {name: service-${at}, depends_on: [servant-${at}]}`,
  );
  const found = complaints(`services:\n${services.join('\n')}`);
  expect(found).toHaveLength(300);
  expect(found[0]).toMatch(/Did you mean "service-0"\?$/);
  expect(found.at(-1)).toMatch(/The file defines: service-0, .*, …\.$/);
});

describe('workflows', () => {
  test('both forms, and tasks where steps belong', () => {
    expect(
      complaints(
        'workflows: [{name: s, order_from: [services.a], parallelize: [{step: b, tasks: [services.a]}]}]',
      ),
    ).toEqual([
      '1:49 error parse/both-forms [parallelize] A workflow has either `order_from` or `parallelize`; this one has both. Keep `order_from` to run tasks one after another, or `parallelize` to run them in steps.',
    ]);
    expect(complaints('workflows: [{name: s, parallelize: [services.a, jobs.b]}]')).toEqual([
      '1:37 error parse/bad-value [services.a] `parallelize` is a list of steps, but this is the name of a task. To run them at the same time write `- {step: all, tasks: [services.a, jobs.b]}`; to run one after another, `order_from: [services.a, jobs.b]`.',
    ]);
  });

  test('attempts of what is no job; needs and tasks that are no list', () => {
    const text = `
workflows:
  - name: s
    parallelize:
      - step: a
        tasks: services.a
      - step: b
        tasks: [{task: charts.c, attempts: 2}, {task: jobs.all, attempts: 2, needs: a}]
`;
    expect(complaints(text)).toEqual([
      '6:16 error parse/bad-value [services.a] `tasks` must be a list, but is the text "services.a". Write it as a list: [services.a].',
      '8:34 error parse/bad-value [attempts] `attempts` is for jobs only, but the task is charts.c. Remove `attempts`: a service or chart is retried by Kubernetes until it is ready.',
      '8:85 error parse/bad-value [a] `needs` must be a list, but is the text "a". Write it as a list: [a].',
    ]);
  });
});
