import { createHash } from 'node:crypto';
import { deploymentLabel, labelValue } from '../manifest/labels.js';

/** What the cluster remembers of a deployment (execution.md §4), as the label `flotilla.dev/record` says it. */
export type RecordKind = 'inventory' | 'lock' | 'journal' | 'history' | 'receipt' | 'evidence' | 'key';

/** On every object that is Flotilla's own memory rather than something of the files. */
export const recordLabel = 'flotilla.dev/record';

/** What Kubernetes allows for a DNS-1123 subdomain. */
const longestName = 253;
const hashLength = 8;

/**
 * The name of a record's object: `flotilla-<deployment>`, further parts behind dots, so that the journal of `shop`
 * (`flotilla-shop.journal`) is never what belongs to a deployment `shop-journal`. A part that had to be changed to
 * become a DNS-1123 label, or that is too long, ends in a hash of what it was: other names stay other names.
 */
export function recordName(deployment: string, ...suffixes: readonly string[]): string {
  const parts = [deployment, ...suffixes];
  // The hash of every part that is cut must fit, and the dots between them.
  const longestPart = Math.floor((longestName - 'flotilla-'.length) / parts.length) - 1;
  return `flotilla-${parts.map((part) => asNamePart(part, longestPart)).join('.')}`;
}

/** The labels of a record's object. They carry no task and no namespace: no removal takes it for an object of the files. */
export function recordLabels(deployment: string, record: RecordKind): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': 'flotilla',
    [deploymentLabel]: labelValue(deployment),
    [recordLabel]: record,
  };
}

function asNamePart(text: string, longest: number): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (plain === text && plain.length <= longest) return plain;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, hashLength);
  const start = plain.slice(0, longest - hashLength - 1).replaceAll(/-+$/g, '');
  return start === '' ? hash : `${start}-${hash}`;
}
