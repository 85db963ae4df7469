import { clusterContract, runContractCase, transportTo } from '@flotilla/k8s-executor/testing';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { adminIdentity } from './testing/admin-identity.js';

async function connect(cluster: ControlPlane) {
  const { authority, identity } = await adminIdentity(cluster);
  return transportTo(cluster.server, authority, { cert: identity.certificate, key: identity.key });
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
