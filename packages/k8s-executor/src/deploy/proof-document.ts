import type { Plan } from '@flotilla/core';
import type { Proof } from '../status/prove-deployment.js';

/**
 * A proof as a file: what a cache hashes in front of a deploy (nx.md §2), and what the deploy records its token from.
 * It says nothing of the state but the token: a deploy is stored under what stood here before it ran, and must be found
 * under the same when it has.
 */
export interface ProofDocument {
  readonly apiVersion: 'flotilla.dev/v1';
  readonly kind: 'Proof';
  /** The deployment's name. */
  readonly name: string;
  readonly workflow: string;
  readonly cluster: { readonly uid: string | null; readonly namespace: string | null };
  /** The recorded one when all is in sync; else one that nobody has ever seen. */
  readonly token: string;
}

/**
 * The document of a proof; without a proof (a cluster that ends with its run has none) that of a deployment that has to
 * run. `freshToken` must be unlike every other: an old one would be a false hit.
 */
export function proofDocument(
  { name, workflow }: Pick<Plan, 'name' | 'workflow'>,
  freshToken: string,
  proof?: Proof,
): ProofDocument {
  const cluster = { uid: proof?.clusterUid ?? null, namespace: proof?.namespace ?? null };
  const token = proof?.token ?? freshToken;
  return { apiVersion: 'flotilla.dev/v1', kind: 'Proof', name, workflow, cluster, token };
}

/** The text of the file. */
export function printProof(document: ProofDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Reads such a file; undefined for what is none. */
export function parseProof(text: string): ProofDocument | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isProof(parsed) ? parsed : undefined;
}

function isProof(value: unknown): value is ProofDocument {
  if (typeof value !== 'object' || value === null) return false;
  return 'kind' in value && value.kind === 'Proof' && 'token' in value && typeof value.token === 'string';
}

/** Why a deployment has to run, a line for each reason; none when it is in sync. */
export function printReasons({ reasons }: Pick<Proof, 'reasons'>): readonly string[] {
  return reasons.map(({ task, text }) => (task === undefined ? text : `${task}: ${text}`));
}
