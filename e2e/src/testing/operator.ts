/** Names of the kinds that an operator brings. */
const kinds = ['Gadget', 'Widget', 'Sprocket', 'Gizmo'] as const;

export interface OperatorOptions {
  /** Its objects live here. */
  readonly namespace: string;
  /** Kubernetes' name of the group of its kinds. */
  readonly group: string;
  /** Served versions, the last one stored. */
  readonly versions: readonly string[];
  /** Fields of each kind's spec: they make the CRDs as long as those of real operators. */
  readonly fields: number;
}

/**
 * The manifests of an operator like those that people install: CRDs with long schemas, a namespace, service accounts,
 * RBAC, configuration, Deployments, Services, and a webhook that never answers (`failurePolicy: Ignore`).
 */
export function operatorManifests(options: OperatorOptions): string {
  const { namespace, group } = options;
  const documents = [
    ...kinds.map((kind) => customKind(kind, options)),
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`,
    ...['controller', 'webhook', 'injector'].flatMap((name) => component(name, options)),
    webhook(namespace, group),
  ];
  // Authors put them in any order; what needs another thing first often stands before it.
  return documents.reverse().join('---\n');
}

/** An object of one of the kinds. */
export function gadget(options: OperatorOptions, name: string, spec: string): string {
  const version = options.versions.at(-1) ?? '';
  return `apiVersion: ${options.group}/${version}\nkind: Gadget\nmetadata: {name: ${name}, namespace: ${options.namespace}}\nspec: ${spec}\n`;
}

function customKind(kind: string, { group, versions, fields }: OperatorOptions): string {
  const plural = `${kind.toLowerCase()}s`;
  const properties = Array.from(
    { length: fields },
    (_, at) => `              field${String(at)}:
                description: |
                  What field ${String(at)} is for, in a sentence of some length: with "quotes", colons and - dashes.
                type: object
                x-kubernetes-preserve-unknown-fields: true
                properties:
                  mode: {type: string, enum: [A, B], default: A}
                  limit: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
`,
  ).join('');
  const served = versions.map(
    (version, at) => `  - name: ${version}
    served: true
    storage: ${String(at === versions.length - 1)}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, minimum: 1}
${properties}`,
  );
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.${group}
  annotations: {controller-gen.kubebuilder.io/version: v0.16.5}
spec:
  group: ${group}
  names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${kind.toLowerCase()}}
  scope: Namespaced
  versions:
${served.join('')}`;
}

function component(name: string, { namespace, group }: OperatorOptions): readonly string[] {
  const meta = `metadata: {name: ${name}, namespace: ${namespace}}`;
  const subject = `subjects: [{kind: ServiceAccount, name: ${name}, namespace: ${namespace}}]`;
  return [
    `apiVersion: v1\nkind: ServiceAccount\n${meta}\n`,
    `apiVersion: v1\nkind: ConfigMap\n${meta}\ndata: {mode: "0644", on: "yes"}\n`,
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: "${group}:${name}"}\nrules:\n- {apiGroups: [${group}], resources: ["*"], verbs: ["*"]}\n`,
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: "${group}:${name}"}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "${group}:${name}"}\n${subject}\n`,
    `apiVersion: v1\nkind: Service\n${meta}\nspec: {selector: {app: ${name}}, ports: [{name: https, port: 443, targetPort: https}]}\n`,
    `apiVersion: apps/v1
kind: Deployment
${meta}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      serviceAccountName: ${name}
      containers:
      - name: ${name}
        image: registry.example.com/${name}:v1.16.2
        args: [--v=2, "--namespace=$(POD_NAMESPACE)"]
        env: [{name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]
        ports: [{name: https, containerPort: 8443, protocol: TCP}]
        resources: {requests: {cpu: 1000m, memory: 1024Mi}}
        volumeMounts: [{name: config, mountPath: /config}]
      volumes: [{name: config, configMap: {name: ${name}, defaultMode: 0644}}]
`,
  ];
}

function webhook(namespace: string, group: string): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${group}}
webhooks:
- name: validate.${group}
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Ignore
  timeoutSeconds: 1
  clientConfig: {service: {name: webhook, namespace: ${namespace}, path: /validate}}
  rules: [{apiGroups: [${group}], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: ["*/*"]}]
`;
}
