import { readFile } from 'node:fs/promises';
import { clusterContract, runContractCase, transportTo } from '@flotilla/k8s-executor/testing';
import { parse } from 'yaml';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly 'certificate-authority-data': string } }];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
  ];
}

async function connect({ server, kubeconfig }: ControlPlane) {
  const { clusters, users } = parse(await readFile(kubeconfig.admin, 'utf8')) as Kubeconfig;
  const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');
  return transportTo(server, decode(clusters[0].cluster['certificate-authority-data']), {
    cert: decode(users[0].user['client-certificate-data']),
    key: decode(users[0].user['client-key-data']),
  });
}

describe('a real kube-apiserver keeps the contract that the embedded cluster keeps', () => {
  let cluster: ControlPlane;
  let transport: Awaited<ReturnType<typeof connect>>;

  beforeAll(async () => {
    cluster = await startControlPlane();
    transport = await connect(cluster);
  });

  afterAll(async () => {
    transport.close();
    await cluster.stop();
    expect(cluster.nodeErrors()).toEqual([]);
  });

  test.concurrent.each(clusterContract.map((each, at) => [each.name, each, at] as const))(
    '%s',
    async (_name, contractCase, at) => {
      await runContractCase(contractCase, transport, `contract-${at}`);
    },
  );
});
