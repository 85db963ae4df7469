import { randomBytes } from 'node:crypto';

/** A name for one run that no other run has: `20261124-0301-4f9c2a`, sortable by when it began. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 13).replace('T', '-');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}
