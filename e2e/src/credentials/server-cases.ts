import { base64, behindProxy, kubeconfig, trusted, type KubeconfigCase } from './kubeconfig-case.js';
import type { RecordingServers } from './recording-servers.js';

const home = '.kube/config';

/** Where the server is, how it is trusted, and through which proxy it is asked. */
export function serverCases(servers: RecordingServers): readonly KubeconfigCase[] {
  const { urls, proxy, socks } = servers;
  const one = trusted(servers, 'one');
  const of = (cluster: object) => ({ [home]: kubeconfig(servers, { cluster, user: { token: 'abc' } }) });
  const remote = { ...one, server: behindProxy(servers) };
  const withLogin = proxy.replace('http://', 'http://jane:p%40w@');
  return [
    {
      what: 'an authority in a file',
      files: {
        ...of({ server: urls.one, 'certificate-authority': 'ca.pem' }),
        '.kube/ca.pem': servers.authority,
      },
      kubectl: 'asks',
    },
    {
      what: 'an authority file that is missing',
      files: of({ server: urls.one, 'certificate-authority': 'gone' }),
      kubectl: 'refuses',
    },
    {
      what: 'authority data and an authority file',
      files: of({ ...one, 'certificate-authority': 'ca.pem' }),
      kubectl: 'refuses',
    },
    {
      what: 'authority data that is not base64',
      files: of({ ...one, 'certificate-authority-data': '***' }),
      kubectl: 'refuses',
    },
    {
      what: 'authority data that is not a certificate',
      files: of({ ...one, 'certificate-authority-data': base64('x') }),
      kubectl: 'refuses',
    },
    {
      what: 'another authority',
      files: of({ ...one, 'certificate-authority-data': base64(servers.stranger) }),
      kubectl: 'refuses',
    },
    { what: 'no authority', files: of({ server: urls.one }), kubectl: 'refuses' },
    {
      what: 'no authority, but one of the system',
      files: { ...of({ server: urls.one }), 'ca.pem': servers.authority },
      environment: { SSL_CERT_FILE: 'ca.pem' },
      kubectl: 'asks',
    },
    {
      what: 'insecure-skip-tls-verify',
      files: of({ server: urls.one, 'insecure-skip-tls-verify': true }),
      kubectl: 'asks',
    },
    {
      what: 'insecure-skip-tls-verify as a text',
      files: of({ server: urls.one, 'insecure-skip-tls-verify': 'true' }),
      kubectl: 'refuses',
    },
    {
      what: 'insecure-skip-tls-verify and an authority',
      files: of({ ...one, 'insecure-skip-tls-verify': true }),
      kubectl: 'refuses',
    },
    {
      what: 'a name of the server that its certificate has',
      files: of({ ...one, 'tls-server-name': 'api.test' }),
      kubectl: 'asks',
    },
    {
      what: 'a name of the server that its certificate has not',
      files: of({ ...one, 'tls-server-name': 'other.test' }),
      kubectl: 'refuses',
    },
    {
      what: 'a server by its host name',
      files: of({ ...one, server: urls.one.replace('127.0.0.1', 'localhost') }),
      kubectl: 'asks',
    },
    {
      what: 'a server below a path',
      files: of({ ...one, server: `${urls.one}/k8s/clusters/c-1` }),
      kubectl: 'asks',
    },
    {
      what: 'a server with a slash at its end',
      files: of({ ...one, server: `${urls.one}/` }),
      kubectl: 'asks',
    },
    {
      what: 'a server without a scheme and with an authority',
      files: of({ ...one, server: urls.plain.slice('http://'.length) }),
      kubectl: 'asks',
    },
    {
      what: 'a server without a scheme',
      files: of({ server: urls.plain.slice('http://'.length) }),
      kubectl: 'asks',
    },
    { what: 'a server that is no address', files: of({ ...one, server: 'https://:::' }), kubectl: 'refuses' },
    { what: 'proxy-url', files: of({ ...remote, 'proxy-url': proxy }), kubectl: 'asks' },
    { what: 'proxy-url with a login', files: of({ ...remote, 'proxy-url': withLogin }), kubectl: 'asks' },
    { what: 'proxy-url towards loopback', files: of({ ...one, 'proxy-url': proxy }), kubectl: 'asks' },
    {
      what: 'proxy-url beats HTTPS_PROXY and NO_PROXY',
      files: of({ ...remote, 'proxy-url': proxy }),
      environment: { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' },
      kubectl: 'asks',
    },
    {
      what: 'proxy-url of an unknown kind',
      files: of({ ...remote, 'proxy-url': 'ftp://127.0.0.1' }),
      kubectl: 'refuses',
    },
    { what: 'proxy-url by SOCKS', files: of({ ...remote, 'proxy-url': socks }), kubectl: 'asks' },
    {
      what: 'proxy-url by SOCKS with a login',
      files: of({ ...remote, 'proxy-url': socks.replace('://', '://jane:p%40w@') }),
      kubectl: 'asks',
    },
    {
      what: 'proxy-url by SOCKS that says aloud who resolves names',
      files: of({ ...remote, 'proxy-url': socks.replace('socks5:', 'socks5h:') }),
      kubectl: 'refuses',
      differs: 'kubectl knows this only as socks5; to curl and others it is the plain word for the same',
    },
    {
      what: 'proxy-url by SOCKS of version 4',
      files: of({ ...remote, 'proxy-url': socks.replace('socks5:', 'socks4:') }),
      kubectl: 'refuses',
    },
    { what: 'HTTPS_PROXY by SOCKS', files: of(remote), environment: { HTTPS_PROXY: socks }, kubectl: 'asks' },
    {
      what: 'ALL_PROXY counts for nothing',
      files: of(remote),
      environment: { ALL_PROXY: socks },
      kubectl: 'refuses',
    },
    { what: 'HTTPS_PROXY', files: of(remote), environment: { HTTPS_PROXY: proxy }, kubectl: 'asks' },
    {
      what: 'HTTPS_PROXY with a login',
      files: of(remote),
      environment: { HTTPS_PROXY: withLogin },
      kubectl: 'asks',
    },
    {
      what: 'https_proxy without a scheme',
      files: of(remote),
      environment: { https_proxy: proxy.slice('http://'.length) },
      kubectl: 'asks',
    },
    {
      what: 'HTTPS_PROXY with a client certificate',
      files: {
        [home]: kubeconfig(servers, {
          cluster: remote,
          user: {
            'client-certificate-data': base64(servers.client.certificate),
            'client-key-data': base64(servers.client.key),
          },
        }),
      },
      environment: { HTTPS_PROXY: proxy },
      kubectl: 'asks',
    },
    {
      what: 'HTTPS_PROXY and NO_PROXY',
      files: of(remote),
      environment: { HTTPS_PROXY: proxy, NO_PROXY: '.test' },
      kubectl: 'refuses',
    },
    {
      what: 'HTTPS_PROXY and a NO_PROXY for another port',
      files: of(remote),
      environment: { HTTPS_PROXY: proxy, NO_PROXY: 'api.test:1' },
      kubectl: 'asks',
    },
    {
      what: 'HTTPS_PROXY towards loopback',
      files: of(one),
      environment: { HTTPS_PROXY: 'http://127.0.0.1:1' },
      kubectl: 'asks',
    },
    {
      what: 'HTTP_PROXY for a plain server',
      files: of({ server: urls.plain.replace('127.0.0.1', 'api.test') }),
      environment: { HTTP_PROXY: proxy },
      kubectl: 'asks',
    },
    {
      what: 'HTTP_PROXY for a TLS server',
      files: of(one),
      environment: { HTTP_PROXY: 'http://127.0.0.1:1' },
      kubectl: 'asks',
    },
  ];
}
