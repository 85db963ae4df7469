import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ProofOptions } from '../options';
import { findImages } from '../find-images';
import type { NxTask } from '../nx-task';

/**
 * By a name for people (`apps/api/flotilla.yaml`, `option concurrency`), a digest of everything that a deploy is made
 * from. Of 16 bits: enough to tell a change, too little to find a secret by.
 */
export type KnownInputs = Readonly<Record<string, string>>;

/** What this deploy is made from: the project's YAML files, the images built, the options, and the variables in the files. */
export async function readInputs(task: NxTask<ProofOptions>): Promise<KnownInputs> {
  const { options, context } = task;
  const root = context.projectsConfigurations.projects[context.projectName ?? '']?.root ?? '.';
  const texts = listFiles(context.root, root).map(
    (path) => [path, readFileSync(join(context.root, path), 'utf8')] as const,
  );
  const images = (await findImages({ ...task, say: () => undefined })) ?? new Map<string, string>();
  const named: readonly (readonly [string, unknown])[] = [
    ...texts,
    ...Object.entries(options).map(([name, value]) => [`option ${name}`, value] as const),
    ...[...images].map(([name, image]) => [`image ${name}`, image] as const),
    ...variablesIn(texts.map(([, text]) => text)).map(
      (name) => [`variable ${name}`, process.env[name]] as const,
    ),
  ];
  return Object.fromEntries(named.map(([name, value]) => [name, digest(value)]));
}

/** The names of the inputs that are others than before, appeared or are gone; sorted. */
export function changedInputs(before: KnownInputs, now: KnownInputs): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

/** A line for each. */
export function printInputs(inputs: KnownInputs): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${value} ${name}\n`)
    .join('');
}

/** Reads such lines; what is none of them is left out. */
export function parseInputs(text: string): KnownInputs {
  const lines = [...text.matchAll(/^([0-9a-f]{4}) (.+)$/gm)];
  return Object.fromEntries(lines.map(([, value = '', name = '']) => [name, value]));
}

/** What may change a deploy: what `deploy` has among its inputs by default. Links and hidden folders but `.release` are left out. */
function listFiles(workspaceRoot: string, folder: string): readonly string[] {
  return readdirSync(join(workspaceRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isFile()) return /\.(ya?ml|tpl)$/.test(entry.name) ? [path] : [];
    const isLeftOut = ['node_modules', 'dist'].includes(entry.name) || /^\.(?!release$)/.test(entry.name);
    return entry.isDirectory() && !isLeftOut ? listFiles(workspaceRoot, path) : [];
  });
}

function variablesIn(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\$\{\s*env\.(\w+)/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(found)];
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([value]))
    .digest('hex')
    .slice(0, 4);
}
