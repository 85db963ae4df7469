import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ObjectReference, SourceFile } from '@flotilla/core';
import { judge, parseObjects, printReference, referenceOf, type Readiness } from '@flotilla/k8s-executor';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { printDiagnostics } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { RefusedError, refuseUsage } from '../refusal.js';

type JudgedObject = ObjectReference & Readiness;

export const ready: Command = {
  name: 'ready',
  summary: 'says of each object in a file or on stdin (-f -) whether it is ready, and why not',
  positionals: '',
  positionalsMax: 0,
  flags: ['file', 'output'],
  meanings: { file: 'objects as JSON, JSON lines, YAML or a List; - is stdin' },
  outputs: ['text', 'json'],
  run: (invocation) => Promise.resolve(judgeObjects(invocation)),
};

function judgeObjects(invocation: Invocation): number {
  const source = readSource(invocation);
  const parsed = parseObjects(source);
  if (!parsed.ok) {
    printDiagnostics(invocation, parsed.diagnostics);
    throw new RefusedError({ exitCode: 65, message: `${source.path} cannot be read as Kubernetes objects.` });
  }
  const items = parsed.value.map(({ object }) => {
    const { status, message } = judge(object);
    const { name, ...where } = referenceOf(object);
    return { ...where, name, status, message };
  });
  if (invocation.flags.value('output') === 'json') printJson(invocation.ports, { items });
  else if (items.length > 0) invocation.ports.stdout.write(formatTable(invocation, items));
  else invocation.ports.stderr.write(`There is no object in ${source.path}.\n`);
  return items.every(({ status }) => status === 'current') ? 0 : 1;
}

function readSource({ flags, ports }: Invocation): SourceFile {
  const said = flags.value('file');
  if (said === undefined)
    refuseUsage('flotilla ready needs -f FILE.', 'kubectl get … -o json | flotilla ready -f -');
  const source =
    said === '-'
      ? { path: 'stdin', text: ports.readInput() }
      : { path: said, text: readText(resolve(ports.workingDirectory, said), said) };
  if (source.text.trim() === '')
    throw new RefusedError({
      exitCode: 65,
      message: `${source.path} is empty: there is no object to judge.`,
    });
  return source;
}

function readText(path: string, said: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new RefusedError({ exitCode: 66, message: `the file ${said} cannot be read.` });
  }
}

const marks = { current: '✓', progressing: '…', failed: '✗' } as const;
const colours = { current: 32, progressing: 33, failed: 31 } as const;

function formatTable({ flags, ports }: Invocation, items: readonly JudgedObject[]): string {
  const color = wantsColor(ports.stdout, flags, ports);
  const width = Math.max(0, ...items.map((item) => printSubject(item).length));
  const lines = items.map((item) => {
    const status = `${marks[item.status]} ${item.status.padEnd('progressing'.length)}`;
    const painted = color ? `\u001b[${colours[item.status]}m${status}\u001b[0m` : status;
    return `${painted}  ${printSubject(item).padEnd(width)}  ${oneLine(item.message)}\n`;
  });
  return lines.join('');
}

function printSubject(item: JudgedObject): string {
  return oneLine(item.name === '' ? `${item.kind} without a name` : printReference(item));
}

/** Objects come from anywhere: what they say must not steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').replaceAll(/\p{Cc}/gu, '');
}
