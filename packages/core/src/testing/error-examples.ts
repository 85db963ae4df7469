import type { DiagnosticCode } from '../diagnostics/catalog.js';

const service = 'services: [{name: db}, {name: api}]\n';
const setup = (body: string): string => `${service}workflows:\n  - name: setup\n    ${body}\n`;
const steps = (...lines: readonly string[]): string =>
  `workflows:\n  - name: setup\n    parallelize:\n${lines.map((line) => `      - ${line}\n`).join('')}`;

/** A file for each mistake that the parser and the compiler find; docs/errors.md shows what is said of it. */
export const errorExamples: Readonly<Partial<Record<DiagnosticCode, string>>> = {
  'compile/catch-all-circle':
    'services:\n  - {name: a, depends_on: [b]}\n  - {name: b, depends_on: [a]}\nworkflows:\n  - {name: setup, order_from: [services.all]}\n',
  'compile/catch-all-empty': setup('order_from: [services.db, services.api, services.all]'),
  'compile/cycle':
    service +
    steps(
      '{step: all, tasks: [{task: services.db, needs: [services.api]}, {task: services.api, needs: [services.db]}]}',
    ),
  'compile/dependency-inside-step':
    'services: [{name: db}, {name: api, depends_on: [db]}]\n' +
    steps('{step: all, tasks: [services.db, services.api]}'),
  'compile/dependency-into-no-wait-step':
    'services: [{name: db}, {name: api, depends_on: [db]}]\n' +
    steps(
      '{step: data, wait_for_finish: false, tasks: [services.db]}',
      '{step: apps, tasks: [services.api]}',
    ),
  'compile/dependency-on-later-step':
    'services: [{name: db}, {name: api, depends_on: [db]}]\n' +
    steps('{step: apps, tasks: [services.api]}', '{step: data, tasks: [services.db]}'),
  'compile/dependency-overruled':
    'services: [{name: db}, {name: api, depends_on: [db]}]\n' +
    steps('{step: all, tasks: [services.db, {task: services.api, needs: []}]}'),
  'compile/duplicate-name': setup('order_from: [services.db, services.api, services.db]'),
  'compile/job-missing-in-patch':
    'services: [{name: api}]\njobs: [{name: migrate, from_services: api}]\nworkflows:\n  - {name: setup, order_from: [jobs.migrate, services.api]}\n  - {name: patch, order_from: [services.api]}\n',
  'compile/left-out':
    'infrastructure: [{name: redis, type: terraform}]\nworkflows:\n  - {name: setup, order_from: [infrastructure.redis]}\n',
  'compile/nothing-defined': 'name: shop\n',
  'compile/unknown-need': setup('order_from: [services.db, {task: services.api, needs: [services.dbb]}]'),
  'compile/unknown-task': setup('order_from: [services.dbb, services.api]'),
  'compile/unused-service': setup('order_from: [services.db]'),
  'parse/bad-alias': 'services: *shared\n',
  'parse/bad-value': 'services:\n  - name: api\n    command: npm start\n',
  'parse/both-forms': setup(
    'order_from: [services.db]\n    parallelize: [{step: all, tasks: [services.api]}]',
  ),
  'parse/depends-on-ignored': 'jobs: [{name: migrate, depends_on: [db]}]\n',
  'parse/duplicate-key': 'name: shop\nname: store\n',
  'parse/duplicate-name': 'services:\n  - name: api\n  - name: api\n',
  'parse/empty-file': '# nothing yet\n',
  'parse/empty-step': setup('parallelize: [{step: data, tasks: []}]'),
  'parse/missing-key': 'services:\n  - image: ghcr.io/acme/api:1\n',
  'parse/neither-form': setup('halt_on_error: true').replace('    halt_on_error: true\n', ''),
  'parse/not-supported':
    'services:\n  - name: api\n    volumes: [{type: s3, bucket: files, mount_path: /files}]\n',
  'parse/not-yaml': 'services:\n  - name: "api\n',
  'parse/octal-number': 'services: [{name: api, replicas: 010}]\n',
  'parse/several-documents': 'name: shop\n---\nname: store\n',
  'parse/several-sources': 'services:\n  - name: api\n    manifests: [api.yaml]\n    kustomize: k8s\n',
  'parse/step-in-order-from': setup('order_from: [{step: data, tasks: [services.db]}]'),
  'parse/unknown-key': 'services: [{name: api, colour: blue}]\n',
  'parse/unknown-name': 'services: [{name: api, depends_on: [db]}]\n',
  'parse/unknown-tag': 'name: !custom shop\n',
  'parse/unknown-variable': 'services: [{name: api, image: "acme/api:${parameters.tag}"}]\n',
};
