import { renderDiagnostics } from './render-diagnostic.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { deploymentFileJsonSchema } from '../parse/json-schema.js';
const t = (text: string) => console.log(renderDiagnostics(parseDeploymentFile({path:'flotilla.yaml', text}, {folderName:'x',parameters:{},environment:{}}).diagnostics, {color:false}));
test('x',()=>{
t(`app: shop
services:
- name: db
  ports:
  - typed: node_port
    port: 0644
- name: db
  depends_on: [dbb, migrate]
  wat: 1
  image: "\${envid}/\${parameters.x}\${env.FOO}"
Jobs:
- name: migrate
jobs:
- name: migrate
  from_services: bd
  attempts: 0
workflows:
- name: setup
  parallelize:
  - step: all
    tasks: []
  - setp: foo
    tasks: services.db
  - tasks: [services.db, {task: services.db, attempts: 3, needs: services.x}]
- name: x
  order_from:
  - step: a
    tasks: [services.db]
  - step: b
    tasks: [services.api]
- name: deploy
  type: helm
  chart: foo
  values_files: []
- name: setup
  order_from: [services.db]
  parallelize: [services.x]
`);
t('a:\n\tb: 1'); t(''); t('a: [1, 2\nb: 3'); t('a: "x'); t('a: 1\n---\nb: 1'); t('- a'); t('a: b: c'); t('a: &x [*x]\nb: *y'); t('a\0b: 1'); t('a: \ud800'); t('services: [{name: a,\n  image: b}}\n'); t('name: a\n  b: c\n'); t('services:\n- name: a\n image: b\n'); t('services:\n  - name: a\n    image: b\n   ports: []\n'); t('x: @foo'); t('services: {{ foo }}'); t('name: %x'); t("services:\n  - name: a\n  - name: 'b\n"); t('name: "a\\q"');
console.log(JSON.stringify(deploymentFileJsonSchema()).length);
});
