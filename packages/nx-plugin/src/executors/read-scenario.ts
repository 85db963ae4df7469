import { resolve } from 'node:path';
import type { LoadedPlan, Rehearsal } from '@flotilla/core';
import type { NxTask } from './nx-task';
import { printDiagnostics, printRefusal } from './print';

/** What the embedded cluster is to do; `ok: false` (with the reason printed) when the file of `with` says nothing usable. */
export type ScenarioResult = { readonly ok: true; readonly scenario?: Rehearsal } | { readonly ok: false };

/** Reads the rehearsal file of the option `with`, relative to the workspace's root. */
export async function readScenario(
  { options, context, say }: NxTask,
  { file }: LoadedPlan,
): Promise<ScenarioResult> {
  const path = options.with;
  if (path === undefined) return { ok: true };
  if (options.cluster !== 'embedded') {
    printRefusal({ message: 'with is for the embedded cluster.', help: 'Add --cluster=embedded.' }, say);
    return { ok: false };
  }
  const { parseRehearsal, readText } = await import('../runtime.mjs');
  const read = readText(resolve(context.root, path), path);
  if (!read.ok || read.text === undefined) {
    printRefusal(read.ok ? { message: `There is no rehearsal file ${path}.` } : read.refusal, say);
    return { ok: false };
  }
  const parsed = parseRehearsal({ path, text: read.text }, file);
  await printDiagnostics(parsed.diagnostics, options, say);
  return parsed.ok ? { ok: true, scenario: parsed.value } : { ok: false };
}
