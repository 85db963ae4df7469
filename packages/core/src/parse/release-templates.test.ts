import { compilePlan } from '../compile/compile-plan.js';
import { workflowNames } from '../compile/choose-workflow.js';
import type { Variables } from '../domain/deployment-file.js';
import { parseDeploymentFile } from './parse-deployment-file.js';

const common = 'environment_templates: [{name: ephemeral}, {name: permanent}]\n';
const teardown = '- name: teardown\n  order_from: [release.remove_environment]\n';
const noVariables: Variables = { folderName: 'shop', parameters: {}, environment: {} };

/** The codes of what is said about a template whose workflows are all planned. */
function planAll(text: string, variables: Variables = noVariables): readonly string[] {
  const parsed = parseDeploymentFile({ path: 'application_template.yaml', text: common + text }, variables);
  if (!parsed.ok) return parsed.diagnostics.map(({ code, message }) => `${code}: ${message}`);
  const compiled = workflowNames(parsed.value).map((workflow) => compilePlan(parsed.value, { workflow }));
  expect(compiled.map(({ ok }) => ok)).toEqual(compiled.map(() => true));
  return [parsed, ...compiled].flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code));
}

test.each([
  [
    "a job whose command is for the container's shell",
    `service_accounts:
- {name: role, cloud_role: "arn:aws:iam::\${cloud_account_id}:role/deploy"}
services: [{name: tools, has_repo: true, image: acme/tools}]
jobs:
- name: deploy
  service_account_name: role
  from_services: tools
  command: [/bin/sh, -c, 'aws deploy --name db-\${RELEASE_ENV_ID} --table \${TABLE:-main}']
workflows:
- name: setup
  parallelize: [{step: one, tasks: [jobs.deploy]}]
${teardown}`,
  ],
  [
    'charts from a repository',
    `charts:
- {name: argo, repo_url: https://example.com/helm, add: argo, install: argo/workflows, directory: helm/argo, values: values.yaml}
- {name: app, directory: helm/app, values: [a.yaml], env_file: '/env/\${customer}.env'}
builds: [{name: web, dockerfile: web.Dockerfile}, {name: sql, repo_url: https://example.com/sql.git, repo_branch: main}]
workflows:
- name: setup
  parallelize: [{step: argo, tasks: [charts.argo]}, {step: app, tasks: [charts.app]}]
${teardown}`,
  ],
  [
    'a template of 2021 with storage, mode and no teardown',
    `app: laravel
mode: development
hostnames: [{web: 'web-\${env_id}-\${domain}'}]
services:
- {name: db, image: 'mysql:8.0', volumes: [{type: persistent, name: data, mount_path: /data}], storage: {size: 10Gi, type: aws-efs}}
- {name: web, image: acme/web, build: {context: ., args: [A=1]}, has_repo: true, static: false, depends_on: [db], ports: [{type: node_port, target_port: '80', port: '80'}]}
workflows:
- name: setup
  parallelize: [{step: data, tasks: [services.db]}, {step: app, tasks: [services.web]}]
- name: patch
  order_from: [services.web]
`,
  ],
  [
    'sections for Release alone',
    `cron_jobs: [{name: nightly, schedule: '0 0 * * *', from_services: web}]
custom_links: [{name: docs, url: 'https://\${env_id}.\${domain}'}]
development_environment: {services: [{name: web, command: npm run dev, sync: [{remote_path: /app, local_path: .}]}]}
shared_volumes: [{name: media, size: 40Gi, type: persistent}]
s3_volumes: [{name: files, bucket: acme}]
ingress: {proxy_body_size: 30m}
execution_type: server
services:
- {name: web, image: acme/web, volumes: [{claim: media, mount_path: /media}], envs: [{key: TOKEN, value: $secrets.token}]}
workflows:
- name: setup
  order_from: [services.all]
${teardown}`,
  ],
  [
    'a static site and environment templates that override sections',
    `x-note: mine
app_imports: [{name: api, branch: main, exclude_services: [{name: db}]}]
parallelize_app_imports: true
services: [{name: site, static: true, build_base: '', build_command: gatsby build, build_output_directory: public}]
workflows:
- name: setup
  order_from: [services.all]
- name: patch
  order_from: [services.all]
${teardown}`,
  ],
])('plans %s', (_, text) => {
  expect(planAll(text)).toEqual([]);
});

test("Release's own variable is given by --param, and the mistake says so", () => {
  const text = 'services: [{name: web, image: "${cloud_account_id}.ecr/web"}]';
  expect(planAll(text)).toEqual(['parse/unknown-variable: ${cloud_account_id} stands for nothing.']);
  expect(planAll(text, { ...noVariables, parameters: { cloud_account_id: '1' } })).toEqual([]);
  const parsed = parseDeploymentFile({ path: 'f.yaml', text }, noVariables);
  expect(parsed.diagnostics[0]?.help).toContain('pass --param cloud_account_id=…');
});

test('in a command other names than those of a shell are still checked', () => {
  expect(planAll('jobs: [{name: a, image: b, command: [echo, "${parameters.x}"]}]')).toEqual([
    'parse/unknown-variable: The file has no parameter called x.',
  ]);
});

test('each of thousands of unknown variables in one string is found', () => {
  const names = Array.from({ length: 5000 }, (_, at) => `\${v${at}}`).join(' ');
  expect(planAll(`services: [{name: web, image: "${names}"}]`)).toHaveLength(5000);
});
