import { renderDiagnostics } from '../diagnostics/render-diagnostic.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const variables = { folderName: 'folder', parameters: {}, environment: {} };

function parseText(text: string, given: Partial<Parameters<typeof parseDeploymentFile>[1]> = {}) {
  return parseDeploymentFile({ path: 'flotilla.yaml', text }, { ...variables, ...given });
}

function valueOf(text: string, given: Parameters<typeof parseText>[1] = {}): DeploymentFile {
  const result = parseText(text, given);
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics, { color: false }));
  return result.value;
}

/** Each diagnostic as `line:column severity code underlined words: message help`. */
function complaints(text: string, given: Parameters<typeof parseText>[1] = {}): readonly string[] {
  return parseText(text, given).diagnostics.map(({ severity, code, span, message, help = '' }) => {
    const before = text.slice(0, span.start).split('\n');
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    return `${place} ${severity} ${code} [${text.slice(span.start, span.end)}] ${message} ${help}`.trimEnd();
  });
}

describe('what a file says', () => {
  test('the name is `name`, else `app`, else the folder', () => {
    expect(valueOf('name: a\napp: b').name).toBe('a');
    expect(valueOf('app: b').name).toBe('b');
    expect(valueOf('services: []').name).toBe('folder');
  });

  test('grace times, none at all among them; what is not said is absent', () => {
    const file = valueOf('grace: {image_not_found: 0, image_pull: 1m30s, no_room: 250ms}\nservices: []\n');
    expect(file.grace).toEqual({ 'image-not-found': 0, 'image-pull': 90_000, 'no-room': 250 });
  });

  test('a service with every inline key', () => {
    const [service] = valueOf(`
shared_volumes: [{name: models, size: 40Gi, type: persistent}]
services:
  - name: db
  - name: api
    image: ghcr.io/acme/api:1.4.2
    command: [node, main.js]
    args: [--port, 8080]
    replicas: 2
    ports:
      - {type: node_port, port: '80', target_port: '8080', loadbalancer: true}
      - {port: 9000}
    depends_on: [db]
    readiness_probe: {http_get: {path: /healthz, port: 8080}, period_seconds: 2}
    liveness_probe: {exec: {command: [pg_isready]}, initial_delay_seconds: 0}
    cpu: {limits: 1, requests: 100m}
    memory: {limits: 512Mi, requests: 128Mi}
    envs: [{key: LOG_LEVEL, value: info}]
    volumes:
      - {type: persistent, name: data, size: 5Gi, mount_path: /data}
      - {type: persistent, name: more, mount_path: /more}
      - {type: shmem, name: shm, size: 1Gi, mount_path: /dev/shm}
      - {claim: models, mount_path: /models}
    storage: {size: 7Gi, type: aws-efs}
    configmap: [{mount_path: /etc/a.ini, repo_path: ./conf/a.ini, name: a-ini}]
    node_selector: [{key: gpu, value: true}]
    service_account_name: api
    ready: {current: self.status.ready}
    timeout: 1m30s
    has_repo: true
`).services.filter(({ name }) => name.value === 'api');
    expect(service).toMatchObject({
      source: { kind: 'inline' },
      replicas: 2,
      ports: [
        { type: 'node_port', port: 80, targetPort: 8080, loadBalancer: true },
        { type: 'container_port', port: 9000, targetPort: 9000, loadBalancer: false },
      ],
      dependsOn: [{ value: 'db' }],
      readinessProbe: { check: { kind: 'http', path: '/healthz', port: 8080 }, periodSeconds: 2 },
      livenessProbe: { check: { kind: 'exec', command: ['pg_isready'] }, initialDelaySeconds: 0 },
      ready: [{ current: { value: 'self.status.ready' } }],
      timeoutMs: 90_000,
      container: {
        image: { value: 'ghcr.io/acme/api:1.4.2' },
        command: ['node', 'main.js'],
        args: ['--port', '8080'],
        envs: [{ key: 'LOG_LEVEL', value: 'info' }],
        cpu: { limits: '1', requests: '100m' },
        memory: { limits: '512Mi', requests: '128Mi' },
        volumes: [
          { kind: 'persistent', name: 'data', size: '5Gi', mountPath: '/data' },
          { kind: 'persistent', name: 'more', size: '7Gi', mountPath: '/more' },
          { kind: 'shmem', name: 'shm', size: '1Gi', mountPath: '/dev/shm' },
          { kind: 'shared', claim: { value: 'models' }, mountPath: '/models' },
        ],
        configFiles: [{ name: 'a-ini', mountPath: '/etc/a.ini', repoPath: { value: './conf/a.ini' } }],
        nodeSelector: { gpu: 'true' },
        serviceAccountName: 'api',
      },
    });
  });

  test('where objects come from', () => {
    const { services, jobs, charts } = valueOf(`
services:
  - {name: a, manifests: [k8s/*.yaml, more]}
  - {name: b, kustomize: k8s/b}
  - {name: c, static: true, build_command: make}
  - {name: d, static: false, image: d}
jobs: [{name: e, manifests: [seed.yaml]}]
charts:
  - {name: f, directory: charts/f, values: values.yaml}
  - {name: g, directory: charts/g, values: [a.yaml, b.yaml], timeout: 5}
`);
    expect(services.map(({ source }) => source)).toMatchObject([
      { kind: 'manifests', patterns: [{ value: 'k8s/*.yaml' }, { value: 'more' }] },
      { kind: 'kustomize', directory: { value: 'k8s/b' } },
      { kind: 'static' },
      { kind: 'inline' },
    ]);
    expect(jobs[0]?.source).toMatchObject({ kind: 'manifests', patterns: [{ value: 'seed.yaml' }] });
    expect(charts.map(({ values }) => values.map(({ value }) => value))).toEqual([
      ['values.yaml'],
      ['a.yaml', 'b.yaml'],
    ]);
    expect(charts[1]?.timeoutMs).toBe(5000);
  });

  test('a workflow in steps, with tasks as names and as mappings', () => {
    const [workflow] = valueOf(`
workflows:
  - name: setup
    parallelize:
      - step: one
        wait_for_finish: false
        halt_on_error: true
        tasks:
          - services.all
          - {task: jobs.m, needs: [], halt_on_error: false, wait_for_finish: true, timeout: 250ms, attempts: 3}
`).workflows;
    expect(workflow).toMatchObject({
      name: { value: 'setup' },
      form: 'parallelize',
      steps: [
        {
          name: { value: 'one' },
          waitForFinish: false,
          haltOnError: true,
          entries: [
            { task: { value: 'services.all' } },
            {
              task: { value: 'jobs.m' },
              needs: { names: [] },
              haltOnError: false,
              waitForFinish: true,
              timeoutMs: 250,
              attempts: { value: 3 },
            },
          ],
        },
      ],
    });
  });

  test('a serial workflow; what is not said is absent', () => {
    const [workflow] = valueOf(
      'workflows: [{name: patch, order_from: [jobs.m, {task: services.a}]}]',
    ).workflows;
    if (workflow?.form !== 'order_from') throw new Error('expected the serial form');
    expect(workflow.entries.map(({ task }) => task.value)).toEqual(['jobs.m', 'services.a']);
    expect(Object.keys(workflow.entries[1] ?? {}).toSorted()).toEqual(['span', 'task']);
  });

  test('every value knows its words', () => {
    const text = 'services:\n  - name: "db"\n    depends_on: [ db ]';
    const [service] = valueOf(text).services;
    const words = [service?.name.span, service?.dependsOn[0]?.span].map((span) =>
      text.slice(span?.start, span?.end),
    );
    expect(words).toEqual(['"db"', 'db']);
  });
});

describe('defaults and borrowing', () => {
  test('`resources` fills what a service leaves out, bound by bound', () => {
    const { services } = valueOf(`
resources: {cpu: {limits: 1000m, requests: 100m}, memory: {limits: 1Gi, requests: 100Mi}, replicas: 3}
services:
  - name: plain
  - {name: large, memory: {limits: 2Gi}}
  - {name: small, memory: {limits: 20Mi}, replicas: 0}
`);
    expect(services.map(({ container, replicas }) => [container.memory, replicas])).toEqual([
      [{ limits: '1Gi', requests: '100Mi' }, 3],
      [{ limits: '2Gi', requests: '100Mi' }, 3],
      // Kubernetes refuses requests above limits, so the default is not used.
      [{ limits: '20Mi' }, 0],
    ]);
  });

  const lender = `
services:
  - name: api
    image: acme/api
    command: [serve]
    args: [--fast]
    envs: [{key: A, value: 1}, {key: B, value: 2}]
    memory: {limits: 64Gi}
    volumes: [{type: shmem, mount_path: /dev/shm}]
    node_selector: [{key: gpu, value: 'true'}]
    service_account_name: robot
jobs:`;

  test('a job borrows the whole container', () => {
    const { services, jobs } = valueOf(`${lender}\n  - {name: m, from_services: api}`);
    expect(jobs[0]?.container).toEqual(services[0]?.container);
    expect(jobs[0]?.fromServices?.value).toBe('api');
  });

  test('what the job says itself wins; its command comes without the arguments of the old one', () => {
    const { jobs } = valueOf(`${lender}
  - {name: m, from_services: api, command: [migrate], envs: [{key: B, value: 3}, {key: C, value: 4}], volumes: []}`);
    const { command, args, envs, volumes, image } = jobs[0]!.container;
    expect({ command, args, envs, volumes, image: image?.value }).toEqual({
      command: ['migrate'],
      args: undefined,
      envs: [
        { key: 'A', value: '1' },
        { key: 'B', value: '3' },
        { key: 'C', value: '4' },
      ],
      volumes: [],
      image: 'acme/api',
    });
  });
});

describe('scalars', () => {
  test.each([
    ['1.10', '1.10'],
    ['yes', 'yes'],
    ['0644', '0644'],
    ['1e3', '1e3'],
    ['2026-01-02', '2026-01-02'],
    ['22:22', '22:22'],
    ['"on"', 'on'],
    ['|\n        a\n        b', 'a\nb\n'],
    ['', ''],
    ['~', ''],
    ['"~"', '~'],
  ])('an environment variable keeps its text: %s', (written, expected) => {
    const file = valueOf(`services:\n  - name: a\n    envs:\n    - key: A\n      value: ${written}\n`);
    expect(file.services[0]?.container.envs).toEqual([{ key: 'A', value: expected }]);
    expect(file.services[0]?.container.envs).toHaveLength(1);
  });

  test.each([
    ['yes', true],
    ['On', true],
    ['y', true],
    ['true', true],
    ['no', false],
    ['OFF', false],
  ])('a flag reads the words that kubectl reads: %s', (written, expected) => {
    const [workflow] = valueOf(
      `workflows: [{name: a, order_from: [{task: jobs.b, wait_for_finish: ${written}}]}]`,
    ).workflows;
    expect(workflow?.form === 'order_from' && workflow.entries[0]?.waitForFinish).toBe(expected);
  });

  test.each([
    ['8080', 8080],
    ['"8080"', 8080],
    ['0x1F90', 8080],
    ['8_080', 8080],
    ['0o100', 64],
  ])('a port may be written %s', (written, expected) => {
    expect(valueOf(`services: [{name: a, ports: [{port: ${written}}]}]`).services[0]?.ports[0]?.port).toBe(
      expected,
    );
  });

  test('a leading zero is octal, as kubectl reads it, and said aloud', () => {
    const text = 'services: [{name: a, ports: [{port: 0644}]}]';
    expect(valueOf(text).services[0]?.ports[0]?.port).toBe(420);
    expect(complaints(text)).toEqual([
      '1:37 warning parse/octal-number [0644] 0644 starts with a zero, so it is octal: 420. Write 420, or 644 if that was meant.',
    ]);
  });

  test('numbers and words are names', () => {
    expect(valueOf('namespace: 1.0\nservices: [{name: yes}]')).toMatchObject({
      namespace: '1.0',
      services: [{ name: { value: 'yes' } }],
    });
  });
});

describe('anchors, aliases and merge keys', () => {
  test('aliases share a value, merge keys fill in, own keys win, earlier sources win', () => {
    const { services } = valueOf(`
x-base: &base {image: base, replicas: 2}
x-other: &other {image: other, args: &args [a]}
services:
  - {name: a, <<: *base}
  - {<<: [*base, *other], name: b, replicas: 5}
  - {name: c, args: *args}
`);
    expect(
      services.map(({ container, replicas }) => [container.image?.value, replicas, container.args]),
    ).toEqual([
      ['base', 2, undefined],
      ['base', 5, ['a']],
      [undefined, 1, ['a']],
    ]);
  });

  test('an alias without an anchor, inside itself, and a merge of no mapping', () => {
    expect(complaints('x-a: &one [*one]\nx-b: *oen\nx-c: {<<: [1]}')).toEqual([
      '1:12 error parse/bad-alias [*one] The alias *one stands inside what it stands for.',
      '2:6 error parse/bad-alias [*oen] The alias *oen has no anchor &oen before it. Did you mean *one?',
      '3:12 error parse/bad-alias [1] `<<` merges mappings, but this is a scalar.',
    ]);
  });

  test('aliases that multiply are refused', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `x-${level + 1}: &a${level + 1} [${`*a${level},`.repeat(10)}]`,
    );
    const result = complaints(`x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${levels.join('\n')}`);
    expect(result).toHaveLength(1);
    expect(result[0]).toContain('parse/bad-alias [x] With its aliases written out');
  });
});

describe('variables', () => {
  const given = { envId: 'pr-7', parameters: { tag: '2.0' }, environment: { USER: 'ada' } };

  test('all four kinds, and the escape', () => {
    const text = `
name: shop
domain: "\${env_id}.example.com"
parameters: [{name: tag, default: 1.10}, {name: level, default: "\${env.USER}-info"}]
services:
  - name: a
    image: acme/a:\${parameters.tag}
    args: ["\${domain}", "\${ parameters.level }", "$\${HOME} $$5 $HOME \${"]
`;
    const { container } = valueOf(text, given).services[0]!;
    expect(container.image?.value).toBe('acme/a:2.0');
    expect(container.args).toEqual(['pr-7.example.com', 'ada-info', '${HOME} $5 $HOME ${']);
  });

  test('env_id is the name of the deployment when nobody gives one', () => {
    expect(valueOf('app: shop\nnamespace: "${env_id}-ns"').namespace).toBe('shop-ns');
    expect(valueOf('namespace: ${env_id}').namespace).toBe('folder');
  });

  test('an unknown name is underlined alone, wherever it stands in the text', () => {
    const text =
      'name: shop\nservices:\n  - name: a\n    args:\n      - "é\\t${envid} ${env_id} ${envid}"\n      - |\n        x ${env.NOPE}\n';
    expect(complaints(text)).toEqual([
      '5:13 error parse/unknown-variable [${envid}] ${envid} stands for nothing. Did you mean ${env_id}?',
      '5:32 error parse/unknown-variable [${envid}] ${envid} stands for nothing. Did you mean ${env_id}?',
      '7:11 error parse/unknown-variable [${env.NOPE}] The environment variable NOPE is not set. Set it, or write $${env.NOPE} if the text is meant as it stands.',
    ]);
  });

  test('a missing domain, parameter and value; a name in terms of itself', () => {
    expect(
      complaints(
        'name: "${env_id}"\nparameters: [{name: tag}]\nservices: [{name: "${domain}${parameters.tga}${parameters.tag}${parameters.x}"}]',
      ),
    ).toEqual([
      '1:8 error parse/unknown-variable [${env_id}] ${env_id} stands for text that holds ${env_id} itself.',
      '3:20 error parse/unknown-variable [${domain}] The file has no `domain`. Add `domain: example.com` to the top of the file.',
      '3:29 error parse/unknown-variable [${parameters.tga}] The file has no parameter called tga. Did you mean ${parameters.tag}?',
      '3:46 error parse/unknown-variable [${parameters.tag}] The parameter tag has no value. Give it a `default`, or pass --param tag=…',
      '3:63 error parse/unknown-variable [${parameters.x}] The file has no parameter called x. Add it to `parameters`, or pass --param x=…',
    ]);
  });

  test('keys that mean nothing here are not read', () => {
    expect(
      complaints('hostnames: [{a: "a-${nonsense}.${domain}"}]\ningress: {x: "${y}"}\ncontext: "${z}"'),
    ).toEqual([]);
  });
});
