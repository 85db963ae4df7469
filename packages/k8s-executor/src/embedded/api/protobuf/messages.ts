/**
 * What a field of a Kubernetes message is. `list` and `map` hold what they name; `message` names an entry of `messages`.
 * `int-or-string` and `time` are messages that stand as plain values in JSON; 0 is a value of an `optional-number` only.
 */
export type FieldType =
  | 'string'
  | 'number'
  | 'optional-number'
  | 'boolean'
  | 'bytes'
  | 'int-or-string'
  | 'time'
  | { readonly message: string }
  | { readonly list: FieldType }
  | { readonly map: 'string' | 'bytes' };

/** By field number: its name in JSON and its type. */
export type Message = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

const strings: FieldType = { list: 'string' };
const texts: FieldType = { map: 'string' };
const metadata: Message[number] = ['metadata', { message: 'ObjectMeta' }];
const template: FieldType = { message: 'PodTemplateSpec' };
const binding: Message = {
  1: metadata,
  2: ['subjects', { list: { message: 'Subject' } }],
  3: ['roleRef', { message: 'RoleRef' }],
};
const role: Message = { 1: metadata, 2: ['rules', { list: { message: 'PolicyRule' } }] };

/**
 * Field numbers of the messages that `kubectl create` sends, out of the generated.proto files of k8s.io/api v0.36 (they
 * never change). What is not here is refused, unless it is empty.
 */
export const messages: Readonly<Record<string, Message>> = {
  ObjectMeta: {
    1: ['name', 'string'],
    2: ['generateName', 'string'],
    3: ['namespace', 'string'],
    5: ['uid', 'string'],
    6: ['resourceVersion', 'string'],
    8: ['creationTimestamp', 'time'],
    11: ['labels', texts],
    12: ['annotations', texts],
    14: ['finalizers', strings],
  },
  Namespace: { 1: metadata },
  ConfigMap: {
    1: metadata,
    2: ['data', texts],
    3: ['binaryData', { map: 'bytes' }],
    4: ['immutable', 'boolean'],
  },
  Secret: {
    1: metadata,
    2: ['data', { map: 'bytes' }],
    3: ['type', 'string'],
    4: ['stringData', texts],
    5: ['immutable', 'boolean'],
  },
  ServiceAccount: { 1: metadata },
  Service: { 1: metadata, 2: ['spec', { message: 'ServiceSpec' }] },
  ServiceSpec: {
    1: ['ports', { list: { message: 'ServicePort' } }],
    2: ['selector', texts],
    3: ['clusterIP', 'string'],
    4: ['type', 'string'],
    10: ['externalName', 'string'],
  },
  ServicePort: {
    1: ['name', 'string'],
    2: ['protocol', 'string'],
    3: ['port', 'number'],
    4: ['targetPort', 'int-or-string'],
    5: ['nodePort', 'number'],
  },
  Deployment: { 1: metadata, 2: ['spec', { message: 'DeploymentSpec' }] },
  DeploymentSpec: {
    1: ['replicas', 'optional-number'],
    2: ['selector', { message: 'LabelSelector' }],
    3: ['template', template],
  },
  LabelSelector: { 1: ['matchLabels', texts] },
  PodTemplateSpec: { 1: metadata, 2: ['spec', { message: 'PodSpec' }] },
  PodSpec: { 2: ['containers', { list: { message: 'Container' } }], 3: ['restartPolicy', 'string'] },
  Container: {
    1: ['name', 'string'],
    2: ['image', 'string'],
    3: ['command', strings],
    4: ['args', strings],
    6: ['ports', { list: { message: 'ContainerPort' } }],
  },
  ContainerPort: { 3: ['containerPort', 'number'], 4: ['protocol', 'string'] },
  Job: { 1: metadata, 2: ['spec', { message: 'JobSpec' }] },
  JobSpec: {
    1: ['parallelism', 'optional-number'],
    2: ['completions', 'optional-number'],
    6: ['template', template],
    7: ['backoffLimit', 'optional-number'],
    8: ['ttlSecondsAfterFinished', 'optional-number'],
  },
  CronJob: { 1: metadata, 2: ['spec', { message: 'CronJobSpec' }] },
  CronJobSpec: { 1: ['schedule', 'string'], 5: ['jobTemplate', { message: 'JobTemplateSpec' }] },
  JobTemplateSpec: { 1: metadata, 2: ['spec', { message: 'JobSpec' }] },
  Role: role,
  ClusterRole: role,
  PolicyRule: {
    1: ['verbs', strings],
    2: ['apiGroups', strings],
    3: ['resources', strings],
    4: ['resourceNames', strings],
    5: ['nonResourceURLs', strings],
  },
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Subject: {
    1: ['kind', 'string'],
    2: ['apiGroup', 'string'],
    3: ['name', 'string'],
    4: ['namespace', 'string'],
  },
  RoleRef: { 1: ['apiGroup', 'string'], 2: ['kind', 'string'], 3: ['name', 'string'] },
  SelfSubjectAccessReview: { 1: metadata, 2: ['spec', { message: 'SelfSubjectAccessReviewSpec' }] },
  SelfSubjectAccessReviewSpec: { 1: ['resourceAttributes', { message: 'ResourceAttributes' }] },
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
};
