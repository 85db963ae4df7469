import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defaultFilePaths, loadPlan } from '@flotilla/core';
import type { Command, Invocation } from '../command.js';
import type { Draft } from '../init/draft.js';
import { draftFolder } from '../init/draft-folder.js';
import { kubernetesName } from '../init/kubernetes-name.js';
import { writeDraft } from '../init/write-draft.js';
import { refuseWrong } from '../load-plan.js';
import { RefusedError, refuseUsage } from '../refusal.js';

const [path = 'flotilla.yaml', template = ''] = defaultFilePaths;

export const init: Command = {
  name: 'init',
  summary: `writes a ${path} from what the folder holds: manifests, kustomizations, charts, compose file, Dockerfile`,
  positionals: '',
  positionalsMax: 0,
  flags: ['dry-run'],
  meanings: { 'dry-run': 'client: print the file, write nothing' },
  outputs: [],
  run: (invocation) => Promise.resolve(initFolder(invocation)),
};

function initFolder(invocation: Invocation): number {
  const { flags, ports } = invocation;
  const folder = ports.workingDirectory;
  const dryRun = flags.value('dry-run');
  if (dryRun === 'server') refuseUsage('init touches no cluster: the only dry run is --dry-run=client.');
  if (dryRun === undefined && existsSync(join(folder, path))) refuseExisting();
  if (existsSync(join(folder, template))) {
    ports.stdout.write(
      `${template} runs as it is: nothing was written.\nNext: flotilla plan shows what it comes to.\n`,
    );
    return 0;
  }
  const name = kubernetesName(basename(folder));
  const draft = draftFolder(folder, name);
  if (draft.tasks.length === 0) refuseEmpty(folder, draft);
  const text = writeDraft(name, draft);
  provePlan(invocation, text);
  if (dryRun === undefined) writeNew(join(folder, path), text);
  else ports.stdout.write(text);
  (dryRun === undefined ? ports.stdout : ports.stderr).write(tell(draft, dryRun === undefined));
  return 0;
}

/** What is written passes `flotilla plan`, or is not written (65). */
function provePlan(invocation: Invocation, text: string): void {
  const { workingDirectory, environment } = invocation.ports;
  const result = loadPlan({ workingDirectory, path, text, parameters: {}, environment, strict: false });
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
}

function writeNew(absolute: string, text: string): void {
  try {
    writeFileSync(absolute, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') refuseExisting();
    const message = `${path} could not be written: ${error instanceof Error ? error.message : String(error)}`;
    refuseUsage(message, 'flotilla init --dry-run=client prints it instead.');
  }
}

function refuseExisting(): never {
  refuseUsage(
    `${path} is there already: nothing was written.`,
    'flotilla plan checks it; flotilla init --dry-run=client prints what would be written.',
  );
}

function refuseEmpty(folder: string, { toDo }: Draft): never {
  throw new RefusedError({
    exitCode: 66,
    message: `There is nothing to deploy in ${folder}.${toDo.map((what) => ` ${what}`).join('')}`,
    help: 'Looked for manifests (YAML or JSON with apiVersion and kind), kustomization.yaml and Chart.yaml up to three folders deep, a compose file, a Dockerfile.',
  });
}

function tell({ tasks, found, toDo }: Draft, written: boolean): string {
  const count = tasks.length === 1 ? '1 task' : `${String(tasks.length)} tasks`;
  return [
    `${written ? `${path} is written` : 'Nothing was written: this was a dry run'}: ${count} from ${found.join(', ')}.`,
    ...toDo.map((what) => `To do: ${what}`),
    'Next: flotilla plan shows the order, flotilla rehearse plays it, flotilla deploy --cluster embedded tries it without a cluster.',
    '',
  ].join('\n');
}
