import { base64, kubeconfig, trusted, type KubeconfigCase } from './kubeconfig-case.js';
import type { RecordingServers } from './recording-servers.js';

const home = '.kube/config';
const v1 = 'client.authentication.k8s.io/v1';

/** A plugin that notes how it was called in the file of PLUGIN_LOG and prints PLUGIN_ANSWER. */
const pluginScript = `#!/bin/sh
printf '%s|%s|%s\\n' "$*" "$REGION" "$KUBERNETES_EXEC_INFO" >> "$PLUGIN_LOG"
printf '%s' "$PLUGIN_ANSWER"
exit "\${PLUGIN_EXIT:-0}"
`;

/** Programs that print credentials. */
export function pluginCases(servers: RecordingServers): readonly KubeconfigCase[] {
  const exec = {
    apiVersion: v1,
    command: './plugin.sh',
    interactiveMode: 'Never',
    args: ['get token', '$HOME'],
  };
  const of = (more: object, parts: { readonly cluster?: object; readonly user?: object } = {}) => ({
    [home]: kubeconfig(servers, { ...parts, user: { exec: { ...exec, ...more }, ...parts.user } }),
    '.kube/plugin.sh': pluginScript,
    'bin/get-token': pluginScript,
  });
  const answer = (status: object, apiVersion = v1) => ({
    PLUGIN_ANSWER: JSON.stringify({ kind: 'ExecCredential', apiVersion, status }),
  });
  const token = answer({ token: 'from-plugin' });
  const certificate = {
    clientCertificateData: servers.client.certificate,
    clientKeyData: servers.client.key,
  };
  const beta = { apiVersion: v1.replace('v1', 'v1beta1') };
  const clusterInfo = {
    ...trusted(servers, 'one'),
    'tls-server-name': 'api.test',
    extensions: [
      { name: 'client.authentication.k8s.io/exec', extension: { audience: 'x', nested: { a: [1] } } },
      { name: 'other', extension: {} },
    ],
  };
  return [
    {
      what: 'a relative command, arguments without a shell',
      files: of({}),
      environment: token,
      kubectl: 'asks',
    },
    { what: 'a command in PATH', files: of({ command: 'get-token' }), environment: token, kubectl: 'asks' },
    {
      what: 'a command that is missing',
      files: of({ command: './gone', installHint: 'brew install it' }),
      environment: token,
      kubectl: 'refuses',
    },
    { what: 'no command', files: of({ command: '' }), environment: token, kubectl: 'refuses' },
    {
      what: 'its environment',
      files: of({ env: [{ name: 'REGION', value: 'eu' }] }),
      environment: { ...token, REGION: 'us' },
      kubectl: 'asks',
    },
    {
      what: 'provideClusterInfo',
      files: of({ provideClusterInfo: true }, { cluster: clusterInfo }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'provideClusterInfo of an insecure cluster',
      files: of(
        { provideClusterInfo: true },
        { cluster: { server: servers.urls.one, 'insecure-skip-tls-verify': true } },
      ),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'provideClusterInfo with an authority in a file',
      files: {
        ...of(
          { provideClusterInfo: true },
          { cluster: { server: servers.urls.one, 'certificate-authority': 'ca.pem' } },
        ),
        '.kube/ca.pem': servers.authority,
      },
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'v1beta1',
      files: of(beta),
      environment: answer({ token: 'beta' }, beta.apiVersion),
      kubectl: 'asks',
    },
    {
      what: 'v1alpha1',
      files: of({ apiVersion: v1.replace('v1', 'v1alpha1') }),
      environment: token,
      kubectl: 'refuses',
    },
    { what: 'no apiVersion', files: of({ apiVersion: '' }), environment: token, kubectl: 'refuses' },
    {
      what: 'an answer of another version',
      files: of({}),
      environment: answer({ token: 'x' }, beta.apiVersion),
      kubectl: 'refuses',
    },
    {
      what: 'interactiveMode IfAvailable without a terminal',
      files: of({ interactiveMode: 'IfAvailable' }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'interactiveMode Always without a terminal',
      files: of({ interactiveMode: 'Always' }),
      environment: token,
      kubectl: 'refuses',
    },
    {
      what: 'an unknown interactiveMode',
      files: of({ interactiveMode: 'Perhaps' }),
      environment: token,
      kubectl: 'refuses',
    },
    {
      what: 'no interactiveMode in v1',
      files: of({ interactiveMode: undefined }),
      environment: token,
      kubectl: 'refuses',
    },
    {
      what: 'no interactiveMode in v1beta1',
      files: of({ ...beta, interactiveMode: undefined }),
      environment: answer({ token: 'beta' }, beta.apiVersion),
      kubectl: 'asks',
    },
    { what: 'a certificate', files: of({}), environment: answer(certificate), kubectl: 'asks' },
    {
      what: 'a certificate and a token',
      files: of({}),
      environment: answer({ ...certificate, token: 'both' }),
      kubectl: 'asks',
    },
    {
      what: 'a certificate without a key',
      files: of({}),
      environment: answer({ clientCertificateData: certificate.clientCertificateData }),
      kubectl: 'refuses',
    },
    {
      what: 'a token and a key without a certificate',
      files: of({}),
      environment: answer({ token: 'x', clientKeyData: certificate.clientKeyData }),
      kubectl: 'refuses',
    },
    {
      what: 'a certificate that is none',
      files: of({}),
      environment: answer({ clientCertificateData: 'x', clientKeyData: 'y' }),
      kubectl: 'refuses',
    },
    { what: 'an answer without a credential', files: of({}), environment: answer({}), kubectl: 'refuses' },
    {
      what: 'an answer that is not JSON',
      files: of({}),
      environment: { PLUGIN_ANSWER: 'hello' },
      kubectl: 'refuses',
    },
    {
      what: 'a plugin that fails',
      files: of({}),
      environment: { ...token, PLUGIN_EXIT: '3' },
      kubectl: 'refuses',
    },
    {
      what: 'a credential that expires later',
      files: of({}),
      environment: answer({ token: 'a', expirationTimestamp: '2100-01-01T00:00:00Z' }),
      kubectl: 'asks',
    },
    {
      what: 'a token instead of the plugin',
      files: of({}, { user: { token: 'mine' } }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'a password instead of the plugin',
      files: of({}, { user: { username: 'a', password: 'b' } }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'a certificate instead of the plugin',
      files: of(
        {},
        {
          user: {
            'client-certificate-data': base64(servers.client.certificate),
            'client-key-data': base64(servers.client.key),
          },
        },
      ),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'a plugin and an auth provider',
      files: of({}, { user: { 'auth-provider': { name: 'oidc', config: {} } } }),
      environment: token,
      kubectl: 'refuses',
    },
    {
      what: 'no plugin over plain http',
      files: of({}, { cluster: { server: servers.urls.plain } }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'a token of the plugin over plain http: none',
      files: of({}, { cluster: { server: servers.urls.plain }, user: { as: 'jane' } }),
      environment: token,
      kubectl: 'asks',
    },
    {
      what: 'impersonation beside the plugin',
      files: of({}, { user: { as: 'jane' } }),
      environment: token,
      kubectl: 'asks',
    },
    {
      // Both run it once more; Flotilla also repeats the request, which here is refused again.
      what: 'a token that the server refuses',
      files: of({}),
      environment: token,
      refused: 'Bearer from-plugin',
      kubectl: 'asks',
    },
  ];
}
