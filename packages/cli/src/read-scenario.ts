import { resolve } from 'node:path';
import {
  builtInDurations,
  parseRehearsal,
  readText,
  type DeploymentFile,
  type Rehearsal,
} from '@flotilla/core';
import type { Invocation } from './command.js';
import { printDiagnostics, refuseWrong } from './load-plan.js';
import { RefusedError } from './refusal.js';

/** Every task succeeds after the built-in duration of its kind. */
export const noScenario: Rehearsal = { defaults: builtInDurations, tasks: new Map() };

/** The rehearsal file of `--with`; undefined when none is named. Refuses with 66 or 65. */
export function readScenario(invocation: Invocation, file: DeploymentFile): Rehearsal | undefined {
  const path = invocation.flags.value('with');
  if (path === undefined) return undefined;
  const read = readText(resolve(invocation.ports.workingDirectory, path), path);
  if (!read.ok) throw new RefusedError(read.refusal);
  if (read.text === undefined)
    throw new RefusedError({ exitCode: 66, message: `There is no rehearsal file ${path}.` });
  const parsed = parseRehearsal({ path, text: read.text }, file);
  if (!parsed.ok) throw refuseWrong(invocation, parsed.diagnostics);
  printDiagnostics(invocation, parsed.diagnostics);
  return parsed.value;
}
