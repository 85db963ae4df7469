import type { Deployment } from './deployment.js';

/** What the journal says of a task, or of how the run ended. */
export interface JournalEntry {
  readonly state?: string;
  readonly outcome?: string;
  readonly reason?: string;
}

/** What the cluster remembers of a deployment's last run, by task, with `end` for the run; empty when there was none. */
export async function readJournal(
  made: Deployment,
  name = 'shop',
): Promise<Readonly<Record<string, JournalEntry>>> {
  const words = ['get', 'configmap', `flotilla-${name}.journal`, '--ignore-not-found', '-o', 'json'];
  const text = await made.kubectl(words);
  if (text === '') return {};
  const { data } = JSON.parse(text) as { readonly data: Readonly<Record<string, string>> };
  const entries = Object.entries(data).map(([key, value]) => [key, JSON.parse(value) as JournalEntry]);
  return Object.fromEntries(entries) as Readonly<Record<string, JournalEntry>>;
}
