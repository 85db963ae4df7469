import { base64, kubeconfig, nobodyIsAsked, type KubeconfigCase } from './kubeconfig-case.js';
import type { RecordingServers } from './recording-servers.js';

const home = '.kube/config';

/** How a user proves who they are, and as whom they act. */
export function userCases(servers: RecordingServers): readonly KubeconfigCase[] {
  const { client } = servers;
  const data = {
    'client-certificate-data': base64(client.certificate),
    'client-key-data': base64(client.key),
  };
  const pem = { 'keys/jane.crt': client.certificate, 'keys/jane.key': client.key };
  const of = (user: object, files: Readonly<Record<string, string>> = {}) => ({
    [home]: kubeconfig(servers, { user }),
    ...files,
  });
  const plain = (user: object) => ({
    [home]: kubeconfig(servers, { cluster: { server: servers.urls.plain }, user }),
  });
  const impersonation = {
    as: 'jane@example.com',
    'as-uid': '42',
    'as-groups': ['developers', 'system:admins'],
    'as-user-extra': { 'Example.com/Reason': ['one', 'two'], 'a%b&c': ['three'] },
  };
  return [
    { what: 'no credentials', files: of({}), kubectl: 'refuses', differs: nobodyIsAsked },
    { what: 'a token', files: of({ token: 'abc' }), kubectl: 'asks' },
    { what: 'a token that is a number', files: of({ token: 12 }), kubectl: 'refuses' },
    {
      what: 'a token file, relative',
      files: of({ tokenFile: 'token' }, { '.kube/token': 'abc\n' }),
      kubectl: 'asks',
    },
    {
      what: 'a token file beats a token',
      files: of({ token: 'stale', tokenFile: 'token' }, { '.kube/token': 'fresh' }),
      kubectl: 'asks',
    },
    { what: 'a token file that is missing', files: of({ tokenFile: 'gone' }), kubectl: 'refuses' },
    {
      what: 'a token file that is missing beside a token',
      files: of({ token: 'a', tokenFile: 'gone' }),
      kubectl: 'asks',
    },
    { what: 'name and password', files: of({ username: 'jane', password: 'p:w' }), kubectl: 'asks' },
    { what: 'a name without a password', files: of({ username: 'jane' }), kubectl: 'asks' },
    { what: 'a password without a name', files: of({ password: 'pw' }), kubectl: 'refuses' },
    {
      what: 'a token and a password',
      files: of({ token: 'a', username: 'b', password: 'c' }),
      kubectl: 'refuses',
    },
    {
      what: 'a token file and a password',
      files: of({ tokenFile: 'token', username: 'b', password: 'c' }, { '.kube/token': 'abc' }),
      kubectl: 'refuses',
    },
    { what: 'a certificate as data', files: of(data), kubectl: 'asks' },
    {
      what: 'a certificate in files, relative to the kubeconfig',
      files: of({ 'client-certificate': '../keys/jane.crt', 'client-key': '../keys/jane.key' }, pem),
      kubectl: 'asks',
    },
    {
      what: 'certificate data and a certificate file',
      files: of({ ...data, 'client-certificate': '../keys/jane.crt' }, pem),
      kubectl: 'refuses',
    },
    {
      what: 'key data and a key file',
      files: of({ ...data, 'client-key': '../keys/jane.key' }, pem),
      kubectl: 'refuses',
    },
    {
      what: 'a certificate without a key',
      files: of({ 'client-certificate-data': data['client-certificate-data'] }),
      kubectl: 'refuses',
    },
    {
      what: 'a key without a certificate',
      files: of({ 'client-key-data': data['client-key-data'] }),
      kubectl: 'refuses',
    },
    {
      what: 'a certificate file that is missing',
      files: of({ 'client-certificate': 'gone', 'client-key': 'gone' }),
      kubectl: 'refuses',
    },
    { what: 'data that is not base64', files: of({ ...data, 'client-key-data': '***' }), kubectl: 'refuses' },
    {
      what: 'certificate data that is no certificate',
      files: of({ ...data, 'client-certificate-data': base64('nonsense') }),
      kubectl: 'refuses',
    },
    {
      what: 'key data that is no key',
      files: of({ ...data, 'client-key-data': base64('nonsense') }),
      kubectl: 'refuses',
    },
    { what: 'a certificate and a token', files: of({ ...data, token: 'abc' }), kubectl: 'asks' },
    {
      what: 'impersonation: user, uid, groups, extras',
      files: of({ token: 'abc', ...impersonation }),
      kubectl: 'asks',
    },
    { what: 'impersonated groups without a user', files: of({ 'as-groups': ['a'] }), kubectl: 'refuses' },
    { what: 'an impersonated uid without a user', files: of({ 'as-uid': '1' }), kubectl: 'refuses' },
    { what: 'over plain http no token is sent', files: plain({ token: 'abc' }), kubectl: 'asks' },
    {
      what: 'over plain http no password is sent',
      files: plain({ username: 'a', password: 'b' }),
      kubectl: 'asks',
    },
    { what: 'over plain http no token file is read', files: plain({ tokenFile: 'gone' }), kubectl: 'asks' },
    { what: 'over plain http impersonation is sent', files: plain(impersonation), kubectl: 'asks' },
    {
      what: 'an OIDC provider with a token that is still good',
      files: of({
        'auth-provider': {
          name: 'oidc',
          config: { 'client-id': 'x', 'idp-issuer-url': 'https://issuer.invalid', 'id-token': idToken() },
        },
      }),
      kubectl: 'asks',
    },
    {
      what: 'an auth provider that kubectl has dropped',
      files: of({ 'auth-provider': { name: 'gcp', config: {} } }),
      kubectl: 'refuses',
    },
  ];
}

/** Unsigned: nobody but the server would check that. Good until 2100. */
function idToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'none' }), part({ iss: 'https://issuer.invalid', exp: 4_102_444_800 }), 'x'].join('.');
}
