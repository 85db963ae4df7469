import type { RunSettled, TaskSummary } from '@flotilla/core';
import type { DeployPlanResult } from '../deploy/deploy-options.js';
import type { Journal } from '../record/journal/journal-document.js';
import { parseReceipt } from '../record/receipt.js';
import { recordName } from '../record/record-names.js';
import type { ClusterState } from './live-state.js';
import { journalOf, lockHolder } from './record-checks.js';
import type { RunOrder } from './run-order.js';

/** A process that has ended by itself, and the cluster at that moment. */
export interface Ended {
  readonly order: RunOrder;
  readonly result: DeployPlanResult;
  /** What it told people between events, warnings too: a record that could not be written is told. */
  readonly notes: readonly string[];
  readonly cluster: ClusterState;
  readonly deployment: string;
  readonly namespace: string;
}

/** What the records say of a run that is over that is not so: its lock, its journal, its receipt. */
export function findUntrueRecords(ended: Ended): readonly string[] {
  return trouble(ended).map((each) => `${ended.order.name} has ended, but ${each}`);
}

function trouble(ended: Ended): readonly string[] {
  const { order, result } = ended;
  const lock = lockTrouble(ended);
  if (result.kind !== 'settled') return lock;
  const journal = journalOf(ended.cluster, ended);
  // Whoever came next has replaced it already.
  const isOurs = journal?.header.parts.at(-1)?.process === order.name;
  const untrue = isOurs ? journalTrouble(journal, result.settled, ended) : [];
  return [...lock, ...untrue, ...receiptTrouble(journal, result.settled, ended)];
}

function lockTrouble({ order, notes, cluster, ...place }: Ended): readonly string[] {
  if (lockHolder(cluster, place) !== order.name || wasTold(notes, 'The lock could not be released'))
    return [];
  return ['it still holds the lock'];
}

function journalTrouble({ end, tasks }: Journal, settled: RunSettled, { notes }: Ended): readonly string[] {
  if (wasTold(notes, 'could not be written down') || wasTold(notes, 'another run has begun its journal'))
    return [];
  if (end === undefined) return ['its journal has no end'];
  if (end.outcome !== settled.outcome) return [`its journal says ${end.outcome}, not ${settled.outcome}`];
  return whatItDid(settled).flatMap(({ task, outcome }) => {
    const entry = tasks.get(task);
    const said = entry?.state === 'settled' ? entry.outcome : entry?.state;
    // A skipped task has nothing to be gone on with.
    return said === outcome || (said === undefined && outcome === 'skipped')
      ? []
      : [`its journal says of ${task} that it is ${String(said)}, not ${outcome}`];
  });
}

function receiptTrouble(
  journal: Journal | undefined,
  settled: RunSettled,
  { order, notes, ...where }: Ended,
): readonly string[] {
  const receipt = receiptOf(where);
  const isOurs = receipt?.run === journal?.header.run && journal?.header.parts.at(-1)?.process === order.name;
  if (receipt === undefined || !isOurs || wasTold(notes, 'the receipt could not be written')) return [];
  return whatItDid(settled).flatMap(({ task, outcome }) => {
    const said = receipt.tasks[task]?.outcome;
    return said === undefined || said === outcome || outcome === 'skipped'
      ? []
      : [`its receipt says of ${task} that it is ${said}, not ${outcome}`];
  });
}

/** What was rolled back is told otherwise. */
function whatItDid({ tasks, rolledBack = [] }: RunSettled): readonly TaskSummary[] {
  return tasks.filter(({ task }) => !rolledBack.some((each) => each.task === task));
}

function receiptOf({ cluster, deployment, namespace }: Omit<Ended, 'order' | 'notes' | 'result'>) {
  const { store, kinds } = cluster;
  return parseReceipt(store.get(kinds.builtIn('configmaps'), namespace, recordName(deployment, 'receipt')));
}

function wasTold(notes: readonly string[], what: string): boolean {
  return notes.some((note) => note.includes(what));
}
