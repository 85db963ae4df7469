import { findBinaries } from './control-plane/find-binaries.js';
import { helmModule, kubernetesModule } from './control-plane/tool-modules.js';
import { ended } from './testing/ended.js';
import { isObjectWrite } from './testing/flotilla.js';
import { complete, makeReady } from './testing/pod-control.js';
import { removeFinalizers } from './testing/remove-finalizers.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { runReacting } from './testing/run-reacting.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment, neighbour } = useControlPlane();

const settings = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: ${value}}\n`;
const service = 'name: shop\nservices:\n  - name: web\n    manifests: [web.yaml]\n';
const job = (annotations: string, command: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: seed}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {${annotations}}}
    spec: {restartPolicy: Never, containers: [{name: seed, image: busybox, command: [${command}]}]}
`;
/** Of a job's pod that runs until it is told to end. */
const endless = 'lab.fake/run-ms: "3600000"';
const podsOfJob = 'batch.kubernetes.io/job-name=seed';
const jobFile = 'name: shop\njobs:\n  - name: seed\n    manifests: [seed.yaml]\n';
const web = (spec: string, annotations = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  ${spec}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {${annotations}}}
    spec: {containers: [{name: web, image: nginx}]}
`;

test('a missing namespace is refused once; --create-namespace creates it, and destroy leaves it', async () => {
  const text = `${settings('a')}---\n${settings('b').replace('settings', 'more')}`;
  const shop = await neighbour('made-by-run', { 'flotilla.yaml': service, 'web.yaml': text });
  const refused = await shop.run(['deploy']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr.match(/does not exist/g)).toHaveLength(1);
  expect(refused.stderr).toContain('--create-namespace');
  expect(refused.stderr).toContain('kubectl create namespace made-by-run');

  // Out of range, and of the wrong type.
  for (const port of ['99999', 'eighty']) {
    await shop.write({
      'web.yaml': `${text}---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: ${port}}]}\n`,
    });
    const invalid = await shop.run(['deploy', '--create-namespace']);
    expect(ended(invalid)).toMatchObject({ code: 65, said: expect.stringContaining(port) as string });
  }
  expect((await cluster.kubectl(['get', 'namespace', 'made-by-run'])).code).toBe(1);

  await shop.write({ 'web.yaml': text });
  expect(ended(await shop.run(['deploy', '--create-namespace']))).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'namespace', 'made-by-run', '--show-labels'])).toContain(
    'flotilla.dev/deployment=shop',
  );
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'namespace', 'made-by-run', '-o', 'jsonpath={.status.phase}'])).toBe(
    'Active',
  );
});

test('kustomizations by kubectl, charts by helm without their hooks, and what to install', async () => {
  const file =
    'name: shop\nservices: [{name: web, kustomize: web}]\ncharts: [{name: cache, directory: cache, values: values.yaml}]\n';
  const hook =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hook, annotations: {helm.sh/hook: pre-install}}\n';
  const shop = await deployment('renderers', {
    'flotilla.yaml': file,
    'web/kustomization.yaml': 'resources: [web.yaml]\nnamePrefix: my-\n',
    'web/web.yaml': settings('a'),
    'values.yaml': 'level: loud\n',
    'cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 1.0.0\n',
    'cache/templates/all.yaml': `${settings('{{ .Values.level }}').replace('settings', '{{ .Release.Name }}')}---\n${hook}`,
  });
  const missing = await shop.run(['deploy'], { env: { PATH: '/nonexistent' } });
  expect(ended(missing).code).toBe(65);
  expect(missing.stderr).toContain('Install kubectl');
  expect(missing.stderr).toContain('Install helm');
  const [kubernetes, helm] = await Promise.all([findBinaries(kubernetesModule), findBinaries(helmModule)]);
  const deployed = await shop.run(['deploy'], { env: { PATH: `${kubernetes}:${helm}` } });
  expect(ended(deployed)).toMatchObject({ code: 0 });
  expect(deployed.stderr).toContain('ConfigMap hook (pre-install)');
  const names = await shop.kubectl(['get', 'configmap', '-o', 'name']);
  expect(names).toContain('configmap/my-settings');
  expect(names).not.toContain('configmap/hook');
  expect(await shop.kubectl(['get', 'configmap', 'cache', '-o', 'jsonpath={.data.level}'])).toBe('loud');
});

test('a field that another manager took is a conflict that names it, drift in the status, and can be taken back', async () => {
  const shop = await deployment('conflicts', { 'flotilla.yaml': service, 'web.yaml': settings('a') });
  const states = async () => {
    const { tasks } = JSON.parse((await shop.run(['status', '-o', 'json'])).stdout) as {
      tasks: { state: string; fields?: string[] }[];
    };
    return tasks;
  };
  expect(await states()).toMatchObject([{ state: 'never-deployed' }]);
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  expect(await states()).toMatchObject([{ state: 'in-sync' }]);
  await shop.kubectl(
    ['apply', '--server-side', '--force-conflicts', '--field-manager', 'ops', '-f', '-'],
    settings('z'),
  );
  const [drifted] = await states();
  expect(drifted).toMatchObject({ state: 'drifted' });
  expect(drifted?.fields?.join()).toContain('.data.level');
  expect(drifted?.fields?.join()).toContain('ops');
  const refused = await shop.run(['deploy']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toContain('.data.level belongs to "ops" (flotilla: "a", ops: "z")');
  expect(ended(await shop.run(['deploy', '--force-conflicts']))).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'configmap', 'settings', '-o', 'jsonpath={.data.level}'])).toBe('a');
  await shop.kubectl(['delete', 'configmap', 'settings']);
  await shop.write({ 'web.yaml': `${settings('a')}---\n${settings('a').replace('settings', 'other')}` });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.kubectl(['delete', 'configmap', 'settings']);
  expect(await states()).toMatchObject([
    { state: 'missing', fields: ['ConfigMap conflicts/settings is not there'] },
  ]);
});

test('a job is adopted while it runs, kept when it is done, rerun when asked, replaced when it changes', async () => {
  const shop = await deployment('jobs', {
    'flotilla.yaml': jobFile,
    'seed.yaml': job(endless, 'one'),
  });
  const uid = () => shop.kubectl(['get', 'job', 'seed', '-o', 'jsonpath={.metadata.uid}']);
  const killed = await shop.run(['deploy', '-o', 'ndjson'], {
    onOutput: (stdout, _stderr, kill) => {
      if (stdout.includes('"phase":"wait"')) kill('SIGKILL');
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  const made = await uid();
  // The lock of the killed run would expire by itself, but later.
  await shop.kubectl(['delete', 'lease', '--all']);
  const second = await runReacting(shop, ['deploy', '-o', 'ndjson'], {
    reactions: [['adopting Job seed', () => complete(cluster.client, 'jobs', podsOfJob)]],
  });
  expect(ended(second)).toMatchObject({ code: 0 });
  const audited = (await cluster.audit()).length;
  const third = await shop.run(['deploy', '-o', 'ndjson']);
  expect(outcomes(parseRunEvents(third.stdout))).toEqual({ 'jobs.seed': 'unchanged' });
  expect((await cluster.audit()).slice(audited).filter(isObjectWrite)).toEqual([]);
  expect(await uid()).toBe(made);
  await shop.write({ 'seed.yaml': job('', 'two') });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const replaced = await uid();
  expect(replaced).not.toBe(made);
  expect(ended(await shop.run(['deploy', '--rerun-jobs']))).toMatchObject({ code: 0 });
  expect(await uid()).not.toBe(replaced);
});

test('a job that Kubernetes has removed since is not repeated: the receipt proves that the same one succeeded', async () => {
  const secret = (value: string) =>
    `---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: ${value}}\n`;
  const seed = (value: string, command = 'one') => ({
    'seed.yaml': `${job('', command).replace('backoffLimit: 0', 'backoffLimit: 0\n  ttlSecondsAfterFinished: 0')}${secret(value)}`,
  });
  const shop = await deployment('removed-jobs', { 'flotilla.yaml': jobFile, ...seed('a') });
  const deploy = async (...words: readonly string[]) => {
    const run = await shop.run(['deploy', '-o', 'ndjson', ...words]);
    await shop.kubectl(['wait', '--for=delete', 'job/seed', '--timeout=60s']);
    return outcomes(parseRunEvents(run.stdout))['jobs.seed'];
  };
  expect(await deploy()).toBe('succeeded');
  expect(await deploy()).toBe('unchanged');
  // Proved again by the receipt of a run that has not run it.
  expect(await deploy()).toBe('unchanged');
  expect(ended(await shop.run(['diff']))).toMatchObject({ code: 0 });
  expect(await deploy('--rerun-jobs')).toBe('succeeded');
  await shop.write(seed('b'));
  expect(await deploy()).toBe('succeeded');
  await shop.write(seed('b', 'two'));
  const changed = await shop.run(['diff']);
  expect(ended(changed).code).toBe(1);
  expect(changed.stdout).toContain('Job removed-jobs/seed');
  expect(await deploy()).toBe('succeeded');
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await deploy()).toBe('succeeded');
});

test('a job that failed and was removed is tried again, and so is one when a run was killed meanwhile', async () => {
  const shop = await deployment('failed-jobs', { 'flotilla.yaml': jobFile });
  const removed = (annotations: string, command: string) =>
    shop.write({
      'seed.yaml': job(annotations, command).replace(
        'backoffLimit: 0',
        'backoffLimit: 0\n  ttlSecondsAfterFinished: 0',
      ),
    });
  const deploy = async () => {
    const run = await shop.run(['deploy', '-o', 'ndjson']);
    await shop.kubectl(['wait', '--for=delete', 'job/seed', '--timeout=60s']);
    return outcomes(parseRunEvents(run.stdout))['jobs.seed'];
  };
  await removed('lab.fake/mode: fail', 'one');
  expect(await deploy()).toBe('failed');
  expect(await deploy()).toBe('failed');
  await removed('', 'one');
  expect(await deploy()).toBe('succeeded');
  await removed('lab.fake/run-ms: "600000"', 'two');
  const killed = await shop.run(['deploy', '-o', 'ndjson'], {
    onOutput: (stdout, _stderr, kill) => {
      if (stdout.includes('"phase":"wait"')) kill('SIGKILL');
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  await shop.kubectl(['delete', 'lease', '--all']);
  await shop.kubectl(['delete', 'job', 'seed']);
  // What the killed run did is not known: the receipt before it proves nothing.
  await removed('', 'one');
  expect(await deploy()).toBe('succeeded');
});

test('a deadline that passes fails a service, which recovers in the same run', async () => {
  const shop = await deployment('recovery', {
    'flotilla.yaml': `${jobFile}services:\n  - name: web\n    manifests: [web.yaml]\n`,
    'web.yaml': web('progressDeadlineSeconds: 1', 'lab.fake/mode: never-ready'),
    'seed.yaml': job(endless, 'one'),
  });
  // What is said of a pod before its kubelet has started it, the kubelet takes back.
  const onceRunning = async (selector: string, act: typeof complete) => {
    const running = '--for=jsonpath={.status.phase}=Running';
    await shop.kubectl(['wait', running, 'pod', '-l', selector, '--timeout=120s']);
    await act(cluster.client, shop.namespace, selector);
  };
  const deployed = await runReacting(shop, ['deploy', '-o', 'ndjson'], {
    reactions: [
      // The trouble is told before the verdict: what is ready by then has not failed.
      ['"outcome":"failed"', () => onceRunning('app=web', makeReady)],
      ['"type":"task-recovered"', () => onceRunning(podsOfJob, complete)],
    ],
  });
  expect(ended(deployed)).toMatchObject({ code: 0 });
  const events = parseRunEvents(deployed.stdout);
  expect(outcomes(events)).toEqual({ 'services.web': 'recovered', 'jobs.seed': 'succeeded' });
  expect(events.find(({ type, task }) => type === 'task-settled' && task === 'services.web')?.reason).toMatch(
    /made no progress within its deadline/,
  );
});

test('a quota on pods is named while the task waits, and when its time is over', async () => {
  const shop = await deployment('quota', {
    'flotilla.yaml': `${service}workflows:\n  - name: setup\n    order_from: [{task: services.web, timeout: 12s}]\n`,
    'web.yaml': web('replicas: 1'),
  });
  await shop.kubectl(['create', 'quota', 'none', '--hard=pods=0']);
  const deployed = await shop.run(['deploy', '-o', 'ndjson']);
  expect(ended(deployed).code).toBe(2);
  const events = parseRunEvents(deployed.stdout);
  expect(outcomes(events)).toEqual({ 'services.web': 'timed-out' });
  const waits = deployed.stdout.split('\n').filter((line) => line.includes('"task-progressed"'));
  expect(waits.some((line) => line.includes('quota none of the namespace allows no more of its pods'))).toBe(
    true,
  );
  const settled = deployed.stdout.split('\n').find((line) => line.includes('"task-settled"'));
  expect(settled).toContain('quota none of the namespace allows no more of its pods');
});

test('immutable fields and what admission refuses are named before the first write', async () => {
  const others = (size: string, ip: string) => `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: ${ip}, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 0
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: postgres}]}}
  volumeClaimTemplates:
    - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}}}
`;
  const shop = await deployment('immutable', {
    'flotilla.yaml': service,
    'web.yaml': `${web('replicas: 0')}---\n${others('1Gi', 'None')}`,
  });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const range = { type: 'Container', max: { cpu: '1' } };
  const limit = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'small' },
    spec: { limits: [range] },
  };
  await shop.kubectl(['create', '-f', '-'], JSON.stringify(limit));
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec: {containers: [{name: big, image: nginx, resources: {limits: {cpu: "2"}}}]}\n';
  const changed = `${web('replicas: 0').replaceAll('app: web', 'app: other')}---\n${others('2Gi', '10.0.0.99')}---\n${pod}`;
  await shop.write({ 'web.yaml': changed });
  const refused = await shop.run(['deploy']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toMatch(/Deployment immutable\/web cannot be changed in spec\.selector/);
  expect(refused.stderr).toMatch(/Service immutable\/web .*spec\.clusterIPs?\b/);
  expect(refused.stderr).toMatch(/StatefulSet immutable\/db .*volumeClaimTemplates/);
  expect(refused.stderr).toMatch(/Pod immutable\/big.*maximum cpu usage per Container is 1/);
});

test('a removal names the finalizer that holds it, and leaves the neighbour alone', async () => {
  const teardown =
    'workflows:\n  - name: setup\n    order_from: [services.web]\n  - name: teardown\n    order_from: [{task: release.remove_environment, timeout: 10s}]\n';
  const held = settings('a').replace('{name: settings}', '{name: settings, finalizers: [example.com/hold]}');
  const shop = await deployment('removal', { 'flotilla.yaml': `${service}${teardown}`, 'web.yaml': held });
  const other = await neighbour('removal', {
    'flotilla.yaml': service.replace('name: shop', 'name: neighbour'),
    'web.yaml': settings('b').replace('settings', 'theirs'),
  });
  expect(ended(await other.run(['deploy']))).toMatchObject({ code: 0 });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const stuck = await shop.run(['destroy', '--yes']);
  expect(ended(stuck).code).toBe(2);
  expect(ended(stuck).said).toContain('held by the finalizer example.com/hold');
  await removeFinalizers(shop, 'configmap/settings');
  expect(await shop.kubectl(['get', 'configmap', '-o', 'name'])).toContain('configmap/theirs');
  expect(ended(await other.run(['status']))).toMatchObject({
    said: expect.stringContaining('in-sync') as string,
  });
});

test('dependents are removed before what they depend on', async () => {
  const shop = await deployment('ordered', {
    'flotilla.yaml':
      'name: shop\nservices:\n  - {name: db, manifests: [db.yaml]}\n  - {name: api, manifests: [api.yaml], depends_on: [db]}\n',
    'db.yaml': settings('a').replace('settings', 'db'),
    'api.yaml': settings('a').replace('settings', 'api'),
  });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const audited = (await cluster.audit()).length;
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  const deleted = (await cluster.audit()).slice(audited).filter(({ verb }) => verb === 'delete');
  const names = deleted.map(({ requestURI }) => requestURI.split(/[/?]/)[6]);
  // The deployment's own records go after them.
  expect(names.filter((name) => name === 'api' || name === 'db')).toEqual(['api', 'db']);
});

test('a job that fails says its exit code, and so does the status that it failed', async () => {
  const shop = await deployment('failing', {
    'flotilla.yaml': jobFile,
    'seed.yaml': job('lab.fake/mode: fail, lab.fake/exit-code: "7"', 'one'),
  });
  const deployed = await shop.run(['deploy']);
  expect(ended(deployed)).toMatchObject({ code: 2, said: expect.stringContaining('exit code 7') as string });
  const { tasks } = JSON.parse((await shop.run(['status', '-o', 'json'])).stdout) as { tasks: unknown[] };
  expect(tasks).toMatchObject([{ task: 'jobs.seed', state: 'failed' }]);
});
