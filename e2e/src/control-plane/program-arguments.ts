import { join } from 'node:path';

/** Where a control plane lives on disk and on loopback. */
export interface Layout {
  readonly folder: string;
  readonly ports: {
    readonly apiServer: number;
    readonly etcd: number;
    readonly etcdPeer: number;
    readonly controllerManager: number;
    readonly scheduler: number;
  };
}

/** The file `name` among the keys and certificates. */
function pkiFile(layout: Layout, name: string): string {
  return join(layout.folder, 'pki', name);
}

export function kubeconfigFile(layout: Layout, user: string): string {
  return join(layout.folder, 'kubeconfig', user);
}

export function auditLogFile(layout: Layout): string {
  return join(layout.folder, 'audit.log');
}

export function auditPolicyFile(layout: Layout): string {
  return join(layout.folder, 'audit-policy.json');
}

/** Nothing is synced to disk: the data live as long as the tests. */
export function etcdArguments(layout: Layout): string[] {
  const client = `http://127.0.0.1:${layout.ports.etcd}`;
  const peer = `http://127.0.0.1:${layout.ports.etcdPeer}`;
  return flags({
    name: 'test',
    'data-dir': join(layout.folder, 'etcd'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `test=${peer}`,
    'log-level': 'warn',
    'unsafe-no-fsync': 'true',
  });
}

/** With the kubelet's authority, so that logs work, and without endpoints for the API server itself, which loopback may not have. */
export function apiServerArguments(layout: Layout, options: { readonly audit: boolean }): string[] {
  const pki = (name: string) => pkiFile(layout, name);
  return flags({
    'etcd-servers': `http://127.0.0.1:${layout.ports.etcd}`,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': String(layout.ports.apiServer),
    'endpoint-reconciler-type': 'none',
    'tls-cert-file': pki('apiserver.crt'),
    'tls-private-key-file': pki('apiserver.key'),
    'client-ca-file': pki('ca.crt'),
    'token-auth-file': pki('tokens.csv'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'service-cluster-ip-range': '10.96.0.0/16',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': pki('service-accounts.pub'),
    'service-account-signing-key-file': pki('service-accounts.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'kubelet-certificate-authority': pki('ca.crt'),
    'kubelet-client-certificate': pki('kubelet-client.crt'),
    'kubelet-client-key': pki('kubelet-client.key'),
    'requestheader-client-ca-file': pki('front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': pki('front-proxy-client.crt'),
    'proxy-client-key-file': pki('front-proxy-client.key'),
    ...(options.audit && {
      'audit-policy-file': auditPolicyFile(layout),
      'audit-log-path': auditLogFile(layout),
      // Blocking: what a finished request did is in the file when its answer is here.
      'audit-log-mode': 'blocking',
    }),
  });
}

interface ControllerManagerOptions {
  readonly requestsPerSecond: number | undefined;
  readonly nodeGraceSeconds: number | undefined;
}

export function controllerManagerArguments(
  layout: Layout,
  { requestsPerSecond, nodeGraceSeconds }: ControllerManagerOptions,
): string[] {
  return flags({
    ...(nodeGraceSeconds !== undefined && {
      'node-monitor-grace-period': `${nodeGraceSeconds}s`,
      'node-monitor-period': '1s',
    }),
    ...clientFlags(layout, 'controller-manager', requestsPerSecond),
    'bind-address': '127.0.0.1',
    'secure-port': String(layout.ports.controllerManager),
    'cert-dir': pkiFile(layout, 'controller-manager'),
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': pkiFile(layout, 'service-accounts.key'),
    'root-ca-file': pkiFile(layout, 'ca.crt'),
    'cluster-signing-cert-file': pkiFile(layout, 'ca.crt'),
    'cluster-signing-key-file': pkiFile(layout, 'ca.key'),
  });
}

export function schedulerArguments(layout: Layout, requestsPerSecond: number | undefined): string[] {
  return flags({
    ...clientFlags(layout, 'scheduler', requestsPerSecond),
    'bind-address': '127.0.0.1',
    'secure-port': String(layout.ports.scheduler),
    'cert-dir': pkiFile(layout, 'scheduler'),
  });
}

function clientFlags(
  layout: Layout,
  user: string,
  requestsPerSecond: number | undefined,
): Record<string, string> {
  const kubeconfig = kubeconfigFile(layout, user);
  return {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'leader-elect': 'false',
    ...(requestsPerSecond !== undefined && {
      'kube-api-qps': String(requestsPerSecond),
      'kube-api-burst': String(2 * requestsPerSecond),
    }),
  };
}

function flags(values: Record<string, string>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
