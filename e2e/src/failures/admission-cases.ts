import { awaitPodsRefused } from './await-pods-refused.js';
import { deployedBefore, eventOf } from './deployed-before.js';
import type { FailureCase, Scene } from './failure-case.js';
import { deployment, manifest, type Json } from './manifests.js';

const ofNamespace = (namespace: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
});

interface WebhookOptions {
  readonly resource: 'pods' | 'deployments';
  /** Default: the suite's server, which refuses everything. */
  readonly url?: string;
}

const hookName = ({ shop }: Scene) => `${shop.namespace}.images.example`;

function webhook(scene: Scene, { resource, url }: WebhookOptions): Json {
  const { shop, admission } = scene;
  const group = resource === 'pods' ? '' : 'apps';
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: hookName(scene) },
    webhooks: [
      {
        name: 'images.security.example',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 30,
        clientConfig: { url: url ?? admission.url, caBundle: admission.caBundle },
        rules: [{ apiGroups: [group], apiVersions: ['v1'], resources: [resource], operations: ['CREATE'] }],
        ...ofNamespace(shop.namespace),
      },
    ],
  };
}

function policy(namespace: string): readonly Json[] {
  const name = `${namespace}-limits`;
  const api = { apiVersion: 'admissionregistration.k8s.io/v1' };
  return [
    {
      ...api,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
          ],
        },
        validations: [
          {
            expression: 'object.spec.containers.all(c, has(c.resources.limits))',
            message: 'every container needs resource limits',
          },
        ],
      },
    },
    {
      ...api,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'], matchResources: ofNamespace(namespace) },
    },
  ];
}

const pod: Json = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'canary' },
  spec: { containers: [{ name: 'app', image: 'acme/web:1' }] },
};

/** The API server takes a moment to learn of new admission: asks until `object` is refused. */
export async function awaitRefused({ cluster, shop }: Scene, object: Json): Promise<void> {
  const words = ['-n', shop.namespace, 'create', '--dry-run=server', '-f', '-'];
  for (let code: number | null = 0; code === 0;)
    ({ code } = await cluster.kubectl(words, manifest([object])));
}

/** And the Deployment is there already, with its controller's word on it. */
async function refusePods(scene: Scene, admission: readonly Json[]): Promise<void> {
  await scene.shop.kubectl(['create', '-f', '-'], manifest(admission));
  await awaitRefused(scene, pod);
  await deployedBefore(eventOf('FailedCreate'))(scene);
}

/** Refuses the objects of the task themselves. */
export async function refuseDeployments(scene: Scene): Promise<void> {
  const object = webhook(scene, { resource: 'deployments' });
  await scene.shop.kubectl(['create', '-f', '-'], manifest([object]));
  await awaitRefused(scene, deployment());
}

/** Once the controller has been refused, nobody asks the webhook any more: as if it had come back, and said yes. */
async function relent(scene: Scene): Promise<void> {
  await awaitPodsRefused(scene);
  await scene.shop.kubectl(['delete', 'validatingwebhookconfigurations', hookName(scene)]);
}

async function refuseAtFirst(scene: Scene, options: WebhookOptions): Promise<void> {
  await scene.shop.kubectl(['create', '-f', '-'], manifest([webhook(scene, options)]));
  await awaitRefused(scene, pod);
}

/** What others have a say in. */
export const admissionCases: readonly FailureCase[] = [
  {
    title: 'an admission webhook that refuses the pods',
    objects: [deployment()],
    before: (scene) => refusePods(scene, [webhook(scene, { resource: 'pods' })]),
    outcome: 'failed',
  },
  {
    title: 'an admission webhook that lets the pods in after all',
    objects: [deployment()],
    before: (scene) => refuseAtFirst(scene, { resource: 'pods' }),
    during: relent,
    words: ['--grace', 'missing-config=30s'],
    outcome: 'succeeded',
  },
  {
    title: 'an admission webhook that is down',
    objects: [deployment()],
    before: (scene) => refusePods(scene, [webhook(scene, { resource: 'pods', url: 'https://127.0.0.1:1/' })]),
    outcome: 'failed',
  },
  {
    title: 'an admission webhook that comes back in time',
    objects: [deployment()],
    before: (scene) => refuseAtFirst(scene, { resource: 'pods', url: 'https://127.0.0.1:1/' }),
    during: relent,
    words: ['--grace', 'no-room=30s'],
    outcome: 'succeeded',
  },
  {
    title: 'an admission policy that refuses the pods',
    objects: [deployment()],
    before: (scene) => refusePods(scene, policy(scene.shop.namespace)),
    outcome: 'failed',
  },
  {
    title: 'an admission webhook that refuses the object itself',
    objects: [deployment()],
    words: ['--no-preflight'],
    before: refuseDeployments,
    outcome: 'failed',
  },
];
