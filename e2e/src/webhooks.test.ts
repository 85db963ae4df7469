import { startAdmissionServer, type Admission, type AdmissionServer } from './failures/admission-server.js';
import { askUntil } from './testing/ask-until.js';
import { ended } from './testing/ended.js';
import { isObjectWrite } from './testing/flotilla.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment } = useControlPlane();
let server: AdmissionServer;

beforeAll(async () => {
  server = await startAdmissionServer(mirrorImages);
});

afterAll(() => {
  server.close();
});

interface Asked {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

const mirror = 'mirror.test/';

/** As Kyverno and Istio do: another image than was asked for, an annotation, a container more. */
const mirrorImages: Admission = ({ object }) => {
  const { metadata, spec } = object as Asked;
  const { containers } = spec.template.spec;
  const patch = [
    ...containers.flatMap(({ image }, at) =>
      image.startsWith(mirror)
        ? []
        : [{ op: 'replace', path: `/spec/template/spec/containers/${at}/image`, value: mirror + image }],
    ),
    ...(containers.length > 1
      ? []
      : [
          {
            op: 'add',
            path: '/spec/template/spec/containers/-',
            value: { name: 'proxy', image: `${mirror}proxy:1` },
          },
        ]),
    ...(metadata.annotations?.['mirror.test/seen'] === 'yes'
      ? []
      : [{ op: 'add', path: '/metadata/annotations/mirror.test~1seen', value: 'yes' }]),
  ];
  return {
    allowed: true,
    warnings: ['images are taken from the mirror'],
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
};

const hook = (namespace: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: mirror}
webhooks:
- name: mirror.images.test
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: {url: "${server.url}", caBundle: ${server.caBundle}}
  rules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments], scope: Namespaced}]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
`;
const web = (tag: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {team: shop}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:${tag}"}]}
`;
const file = `name: shop
services:
  - {name: hook, manifests: [hook.yaml]}
  - {name: web, manifests: [web.yaml], depends_on: [hook]}
`;
const images = ['get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[*].image}'];

async function objectWrites(): Promise<readonly string[]> {
  return (await cluster.audit()).filter(isObjectWrite).map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

test('a webhook of this plan that changes what is applied: that is no drift, and costs no write again', async () => {
  const shop = await deployment('mirrored', { 'flotilla.yaml': file, 'web.yaml': web('1') });
  await shop.write({ 'hook.yaml': hook(shop.namespace) });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await askUntil('the webhook is called', async () =>
    (
      await shop.kubectl(
        ['create', '--dry-run=server', '-o', 'yaml', '-f', '-'],
        web('0').replace('name: web', 'name: probe'),
      )
    ).includes(mirror),
  );

  await shop.write({ 'web.yaml': web('2') });
  const changed = await shop.run(['deploy']);
  expect(ended(changed)).toMatchObject({ code: 0 });
  expect(changed.stderr.match(/images are taken from the mirror/g)).toHaveLength(1);
  expect(await shop.kubectl(images)).toBe('mirror.test/web:2 mirror.test/proxy:1');

  const before = await objectWrites();
  const again = await shop.run(['deploy']);
  expect(ended(again)).toMatchObject({ code: 0 });
  expect(await objectWrites()).toEqual(before);
  expect(await shop.run(['diff'])).toMatchObject({ code: 0 });
  const status = await shop.run(['status', '-o', 'json']);
  expect(status.stdout.match(/"state": "[^"]*"/g)).toEqual(['"state": "in-sync"', '"state": "in-sync"']);
});
