import { systemClock } from '@flotilla/core';
import type { Transport } from '../cluster/transport/transport.js';
import { clusterContract, runContractCase } from '../testing/cluster-contract.js';
import { transportTo } from '../testing/transport-to.js';
import { startEmbeddedCluster } from './start-embedded-cluster.js';
import type { EmbeddedCluster } from './start-embedded-cluster.js';

describe('the embedded cluster keeps the contract of clusters', () => {
  let cluster: EmbeddedCluster;
  let transport: Transport;

  beforeAll(async () => {
    cluster = await startEmbeddedCluster({ clock: systemClock });
    transport = transportTo(cluster.server);
  });

  afterAll(async () => {
    transport.close();
    await cluster.close();
  });

  test.concurrent.each(clusterContract.map((each, at) => [each.name, each, at] as const))(
    '%s',
    async (_name, contractCase, at) => {
      await runContractCase(contractCase, transport, `contract-${at}`);
    },
  );
});
