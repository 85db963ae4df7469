import { kubeconfig, nobodyIsAsked, trusted, type KubeconfigCase } from './kubeconfig-case.js';
import type { RecordingServers } from './recording-servers.js';

const home = '.kube/config';

/** Which files count, and what of them. */
export function fileCases(servers: RecordingServers): readonly KubeconfigCase[] {
  const one = kubeconfig(servers, { user: { token: 'one' } });
  const two = kubeconfig(servers, { cluster: trusted(servers, 'two'), user: { token: 'two' } });
  const environment = { KUBECONFIG: 'a:b' };
  const clusters = [{ name: 'c', cluster: trusted(servers, 'one') }];
  const contexts = [{ name: 'dev', context: { cluster: 'c', user: 'u' } }];
  const users = [{ name: 'u', user: { token: 'one' } }];
  return [
    { what: 'the file in the home folder', files: { [home]: one }, kubectl: 'asks' },
    {
      what: 'KUBECONFIG instead of the file in the home folder',
      files: { [home]: one, other: two },
      environment: { KUBECONFIG: 'other' },
      kubectl: 'asks',
    },
    {
      what: '--kubeconfig instead of KUBECONFIG',
      files: { a: one, other: two },
      environment,
      flags: ['--kubeconfig', 'other'],
      kubectl: 'asks',
    },
    {
      what: 'a --kubeconfig that is missing',
      files: { [home]: one },
      flags: ['--kubeconfig', 'gone'],
      kubectl: 'refuses',
    },
    {
      what: 'two files with the same names: the first wins',
      files: { a: one, b: two },
      environment,
      kubectl: 'asks',
    },
    {
      what: 'a user of the same name in two files is not mixed',
      files: {
        a: { users },
        b: kubeconfig(servers, { user: { as: 'jane', username: 'x', password: 'y' } }),
      },
      environment,
      kubectl: 'asks',
    },
    {
      what: 'a cluster of the same name in two files is not mixed',
      files: {
        a: {
          clusters: [{ name: 'c', cluster: { server: servers.urls.two, 'insecure-skip-tls-verify': true } }],
        },
        b: one,
      },
      environment,
      kubectl: 'asks',
    },
    {
      what: 'cluster, user and context in a file each',
      files: { a: { clusters }, b: { users }, c: { contexts, 'current-context': 'dev' } },
      environment: { KUBECONFIG: 'a:b:c' },
      kubectl: 'asks',
    },
    {
      what: 'the first current-context counts',
      files: {
        a: { 'current-context': 'dev' },
        b: {
          ...two,
          'current-context': 'other',
          contexts: [{ name: 'other', context: { cluster: 'c', user: 'u' } }],
        },
        c: one,
      },
      environment: { KUBECONFIG: 'a:b:c' },
      kubectl: 'asks',
    },
    { what: 'a listed file that is missing', files: { b: one }, environment, kubectl: 'asks' },
    {
      what: 'empty entries and a file named twice',
      files: { a: one },
      environment: { KUBECONFIG: ':a::a:' },
      kubectl: 'asks',
    },
    { what: 'an empty file in the list', files: { a: '', b: one }, environment, kubectl: 'asks' },
    { what: 'broken YAML in the list', files: { a: 'a: b: c', b: one }, environment, kubectl: 'refuses' },
    { what: 'a list instead of a mapping', files: { a: '- a', b: one }, environment, kubectl: 'refuses' },
    {
      what: 'a name twice in one file',
      files: { a: { ...one, users: [...users, ...users] } },
      environment,
      kubectl: 'refuses',
    },
    {
      what: 'unknown fields',
      files: { [home]: { ...one, preferences: {}, extra: { a: 1 } } },
      kubectl: 'asks',
    },
    {
      what: 'no apiVersion and kind',
      files: { [home]: { clusters, contexts, users, 'current-context': 'dev' } },
      kubectl: 'asks',
    },
    { what: 'another kind', files: { [home]: { ...one, kind: 'Pod' } }, kubectl: 'refuses' },
    {
      what: 'a current-context that is not there',
      files: { [home]: { ...one, 'current-context': 'gone' } },
      kubectl: 'refuses',
    },
    {
      what: 'no current-context',
      files: { [home]: { clusters, contexts, users } },
      kubectl: 'refuses',
    },
    {
      what: '--context beats current-context',
      files: {
        [home]: {
          ...one,
          clusters: [...clusters, { name: 'd', cluster: trusted(servers, 'two') }],
          contexts: [...contexts, { name: 'other', context: { cluster: 'd', user: 'u' } }],
        },
      },
      flags: ['--context', 'other'],
      kubectl: 'asks',
    },
    {
      what: 'a --context that is not there',
      files: { [home]: one },
      flags: ['--context', 'gone'],
      kubectl: 'refuses',
    },
    {
      what: 'a context without a user',
      files: { [home]: { ...one, contexts: [{ name: 'dev', context: { cluster: 'c' } }] } },
      kubectl: 'refuses',
      differs: nobodyIsAsked,
    },
    {
      what: 'a context with a user that is not there',
      files: { [home]: kubeconfig(servers, { context: { user: 'gone' } }) },
      kubectl: 'refuses',
    },
    {
      what: 'a context with a cluster that is not there',
      files: { [home]: kubeconfig(servers, { context: { cluster: 'gone' } }) },
      kubectl: 'refuses',
    },
    {
      what: 'a cluster without a server',
      files: { [home]: kubeconfig(servers, { cluster: {} }) },
      kubectl: 'refuses',
    },
  ];
}
