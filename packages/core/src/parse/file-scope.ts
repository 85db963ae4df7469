import type { Variables } from '../domain/deployment-file.js';
import { nearest } from '../diagnostics/nearest.js';
import type { Report } from '../diagnostics/report.js';
import { isNothing } from './shape.js';
import { replaceVariables, unknownVariable, type Lookup, type Scope } from './variables.js';
import { entryOf, type YamlMapping, type YamlScalar } from './yaml-tree.js';

interface ScopeSource {
  readonly root: YamlMapping;
  readonly variables: Variables;
  readonly report: Report;
}

/**
 * What `${…}` stands for in one file. Names, domain and parameter defaults may use variables themselves; each is looked up when it is
 * first used, so that their order does not matter and one that nobody uses is not missed.
 */
export function createFileScope(source: ScopeSource): Scope {
  const { root, variables } = source;
  const parameters = parameterDefaults(root);
  const written = new Map<string, YamlScalar>([
    ...named('domain', scalarAt(root, 'domain')),
    ...[...parameters].flatMap(([name, value]) => named(`parameters.${name}`, value)),
    ...named('env_id', scalarAt(root, 'name') ?? scalarAt(root, 'app')),
  ]);
  const given = new Map<string, string>([
    ...releaseVariables(variables.parameters),
    ...Object.entries(variables.parameters).map(([name, value]) => [`parameters.${name}`, value] as const),
    ...(variables.envId === undefined ? [] : [['env_id', variables.envId] as const]),
    ...(written.has('env_id') ? [] : [['env_id', variables.envId ?? variables.folderName] as const]),
  ]);
  const known = [
    ...new Set([
      'env_id',
      'domain',
      ...[...parameters.keys()].map((name) => `parameters.${name}`),
      ...given.keys(),
    ]),
  ];
  const lookedUp = new Map<string, Lookup>();
  const scope: Scope = {
    lookUp(name) {
      const before = lookedUp.get(name);
      if (before !== undefined) return before;
      lookedUp.set(name, {
        kind: 'unknown',
        message: `\${${name}} stands for text that holds \${${name}} itself.`,
      });
      const found = resolve(name);
      lookedUp.set(name, found);
      return found;
    },
  };
  const resolve = (name: string): Lookup => {
    const value =
      given.get(name) ?? (name.startsWith('env.') ? variables.environment[name.slice(4)] : undefined);
    if (value !== undefined) return { kind: 'value', value };
    const scalar = written.get(name);
    if (scalar === undefined) return explainUnknown(name, known, parameters);
    const text = replaceVariables(scalar, { scope, report: source.report });
    return text === undefined ? { kind: 'reported' } : { kind: 'value', value: text };
  };
  return scope;
}

/** What Release sets itself, e.g. `${cloud_account_id}`, is given by --param under its own name. */
function releaseVariables(parameters: Variables['parameters']): readonly (readonly [string, string])[] {
  return Object.entries(parameters).filter(([name]) => name !== 'env_id' && name !== 'domain');
}

function explainUnknown(
  name: string,
  known: readonly string[],
  parameters: ReadonlyMap<string, YamlScalar | undefined>,
): Lookup {
  if (name.startsWith('env.')) {
    const variable = name.slice('env.'.length);
    return {
      kind: 'unknown',
      message: `The environment variable ${variable} is not set.`,
      help: `Set it, or write $\${${name}} if the text is meant as it stands.`,
    };
  }
  if (name === 'domain') {
    return {
      kind: 'unknown',
      message: 'The file has no `domain`.',
      help: 'Add `domain: example.com` to the top of the file.',
    };
  }
  const parameter = name.replace(/^parameters\./, '');
  if (parameter !== name && parameters.has(parameter)) {
    return {
      kind: 'unknown',
      message: `The parameter ${parameter} has no value.`,
      help: `Give it a \`default\`, or pass --param ${parameter}=…`,
    };
  }
  const near = nearest(parameter, parameters.keys());
  if (parameter !== name) {
    return {
      kind: 'unknown',
      message: `The file has no parameter called ${parameter}.`,
      help:
        near === undefined
          ? `Add it to \`parameters\`, or pass --param ${parameter}=…`
          : `Did you mean \${parameters.${near}}?`,
    };
  }
  return unknownVariable(name, known);
}

function parameterDefaults(root: YamlMapping): ReadonlyMap<string, YamlScalar | undefined> {
  const list = entryOf(root, 'parameters')?.value;
  const defaults = new Map<string, YamlScalar | undefined>();
  for (const item of list?.kind === 'list' ? list.items : []) {
    const name = item.kind === 'mapping' ? scalarAt(item, 'name') : undefined;
    if (item.kind === 'mapping' && name !== undefined) defaults.set(name.text, scalarAt(item, 'default'));
  }
  return defaults;
}

function scalarAt(mapping: YamlMapping, key: string): YamlScalar | undefined {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'scalar' && !isNothing(value) ? value : undefined;
}

function named(name: string, value: YamlScalar | undefined): readonly (readonly [string, YamlScalar])[] {
  return value === undefined ? [] : [[name, value]];
}
