import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal } from '@flotilla/core';
import type { ProofOptions } from '../options';

const known = readOptionNames();

/**
 * Why an option that `deploy` does not have is refused; undefined when it has them all. The schema of `deploy-plan` lets
 * every option pass: what Nx finds wrong in the options of a batch ends it without a word that people can read.
 */
export async function findUnknownOption(options: ProofOptions): Promise<Refusal | undefined> {
  const unknown = Object.keys(options).find((name) => !name.startsWith('_') && !known.includes(name));
  if (unknown === undefined) return undefined;
  const { nearest } = await import('../../runtime.mjs');
  const near = nearest(unknown, known);
  return {
    exitCode: 64,
    message: `There is no option ${JSON.stringify(unknown)}.`,
    help: near === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${near}?`,
  };
}

/** What is published lists properties; the source of it, in tests, names. */
function readOptionNames(): readonly string[] {
  const text = readFileSync(join(__dirname, '..', 'deploy', 'schema.json'), 'utf8');
  const schema = JSON.parse(text) as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly options?: readonly string[];
  };
  return schema.options ?? Object.keys(schema.properties ?? {});
}
