import assert from 'node:assert/strict';
import type { Transport } from '../cluster/transport/transport.js';
import { applyCases } from './contract/apply-cases.js';
import { changeCases } from './contract/change-cases.js';
import { ContractClient } from './contract/contract-client.js';
import type { ContractCase } from './contract/contract-client.js';
import { lifecycleCases } from './contract/lifecycle-cases.js';
import { objectCases } from './contract/object-cases.js';
import { watchCases } from './contract/watch-cases.js';
import { workloadCases } from './contract/workload-cases.js';

/**
 * What every cluster must do, the embedded one and a real one alike (execution.md §6). Each case is run by
 * `runContractCase`; a test runner gives it a name and a time. Nodes must play by the pod annotations `lab.fake/…`.
 */
export const clusterContract: readonly ContractCase[] = [
  ...objectCases,
  ...changeCases,
  ...lifecycleCases,
  ...applyCases,
  ...watchCases,
  ...workloadCases,
];

/**
 * Runs one case in a namespace of its own, which is deleted afterwards (its end is not waited for). Rejects with an
 * AssertionError when the cluster does not do as it must. `namespace` must be new.
 */
export async function runContractCase(
  contractCase: ContractCase,
  transport: Transport,
  namespace: string,
): Promise<void> {
  const client = new ContractClient(transport, namespace);
  const made = await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  assert.equal(made.code, 201, JSON.stringify(made.body));
  await client.awaitObject('ServiceAccount', 'default', () => true);
  try {
    await contractCase.run(client);
  } finally {
    await client.delete('Namespace', namespace);
  }
}
