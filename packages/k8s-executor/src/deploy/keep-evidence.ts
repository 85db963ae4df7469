import { evidenceToText } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { taskKey } from '../record/journal/journal-document.js';
import { recordLabels, recordName } from '../record/record-names.js';
import type { SavedEvidence } from './save-evidence.js';

export interface KeepEvidenceOptions {
  readonly cluster: Pick<Cluster, 'apply'>;
  readonly deployment: string;
  readonly namespace: string;
  readonly run: string;
  /** Told where it is, or why it is nowhere. */
  readonly onNote: (text: string) => void;
}

/** All evidence together, so that it fits into one object (etcd takes 1.5 MiB). */
const charactersMax = 300_000;

/**
 * Writes what speaks against tasks into the cluster, in the place of what was kept before; a rollback goes on also when
 * that fails. Evidence is redacted where it is collected. Does nothing without evidence.
 */
export async function keepEvidence(
  saved: readonly SavedEvidence[],
  { cluster, deployment, namespace, run, onNote }: KeepEvidenceOptions,
): Promise<void> {
  if (saved.length === 0) return;
  const name = recordName(deployment, 'evidence');
  const metadata = { name, namespace, labels: recordLabels(deployment, 'evidence') };
  const data = { run, ...textsOf(saved) };
  const written = await cluster.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { force: true },
  );
  if (written.ok) {
    onNote(
      `What spoke against ${saved.map(({ task }) => task).join(', ')} is kept: kubectl -n ${namespace} get configmap ${name} -o yaml`,
    );
    return;
  }
  const why = written.failure.kind === 'aborted' ? 'it was stopped' : written.failure.message;
  onNote(`warning: the evidence could not be kept in the cluster: ${why}`);
}

function textsOf(saved: readonly SavedEvidence[]): Readonly<Record<string, string>> {
  const each = Math.floor(charactersMax / saved.length);
  return Object.fromEntries(
    saved.map(({ task, evidence }) => [
      taskKey(task),
      evidenceToText(evidence, { color: false }).slice(0, each),
    ]),
  );
}
