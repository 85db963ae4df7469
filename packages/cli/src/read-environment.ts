import { resolve } from 'node:path';
import { nearest, readText } from '@flotilla/core';
import type { Invocation } from './command.js';
import type { FlagValues } from './flags.js';
import { type FlagName } from './flags.js';
import { RefusedError, refuseUsage } from './refusal.js';

/** Options of an environment in nx.json, and the flags that they are. */
const flagNames: readonly (readonly [string, FlagName])[] = [
  ['context', 'context'],
  ['namespace', 'namespace'],
  ['kubeconfig', 'kubeconfig'],
  ['envId', 'env-id'],
  ['param', 'param'],
];

/**
 * The flags with those that an environment of the plugin `@flotilla/nx-plugin` stands for (`--environment`), as nx.json
 * in the working directory has it; flags that are said win. Refuses (64) an environment that is not there.
 */
export function withEnvironment({ flags, ports }: Invocation): FlagValues {
  const name = flags.value('environment');
  if (name === undefined) return flags;
  const environments = readEnvironments(resolve(ports.workingDirectory, 'nx.json'));
  const environment = environments[name];
  if (!isMapping(environment)) refuseEnvironment(name, Object.keys(environments));
  return flags.withDefaults(
    flagNames
      .map(([option, flag]) => [flag, textsOf(environment[option])] as const)
      .filter(([, said]) => said.length > 0),
  );
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function refuseEnvironment(name: string, known: readonly string[]): never {
  const near = nearest(name, known);
  const all = known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`;
  refuseUsage(
    `nx.json has no environment ${JSON.stringify(name)} among the options of @flotilla/nx-plugin.`,
    near === undefined ? all : `Did you mean ${near}?`,
  );
}

function readEnvironments(path: string): Readonly<Record<string, unknown>> {
  const read = readText(path, 'nx.json');
  if (!read.ok) throw new RefusedError(read.refusal);
  const { plugins } = asMapping(parse(read.text ?? '{}'));
  const ours = (Array.isArray(plugins) ? (plugins as readonly unknown[]) : [])
    .filter(isMapping)
    .find(({ plugin }) => plugin === '@flotilla/nx-plugin');
  return asMapping(asMapping(ours?.['options'])['environments']);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    refuseUsage('nx.json is no JSON.');
  }
}

function asMapping(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
