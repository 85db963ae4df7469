import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { apiVersionOf, builtInKinds } from './served-kind.js';
import type { ServedKind } from './served-kind.js';

/** The kinds that the cluster serves at this moment: the built-in ones and those of established CRDs. */
export class KindRegistry {
  readonly #custom = new Map<string, readonly ServedKind[]>();

  all(): readonly ServedKind[] {
    return [...builtInKinds, ...[...this.#custom.values()].flat()];
  }

  /** The kind at `/apis/<apiVersion>/…/<plural>`; undefined when it is not served. */
  byPlural(apiVersion: string, plural: string): ServedKind | undefined {
    return this.all().find((kind) => kind.plural === plural && apiVersionOf(kind) === apiVersion);
  }

  byName(apiVersion: string, name: string): ServedKind | undefined {
    return this.all().find((kind) => kind.kind === name && apiVersionOf(kind) === apiVersion);
  }

  /** A built-in kind by its plural. */
  builtIn(plural: string): ServedKind {
    const kind = builtInKinds.find((each) => each.plural === plural);
    if (kind === undefined) throw new Error(`Bug: no built-in kind ${plural}`);
    return kind;
  }

  serveCustom(definition: KubeObject): void {
    this.#custom.set(definition.metadata.name, customKinds(definition));
  }

  forgetCustom(definition: KubeObject): void {
    this.#custom.delete(definition.metadata.name);
  }
}

/** The kinds that a CustomResourceDefinition asks for, one for each served version. */
export function customKinds(definition: KubeObject): readonly ServedKind[] {
  const spec = part(definition, 'spec');
  const names = mappingOf(spec, 'names');
  const shortNames = names['shortNames'];
  return listOf(spec, 'versions')
    .filter((version) => version['served'] === true)
    .map((version) => ({
      group: textOf(spec, 'group'),
      version: textOf(version, 'name'),
      kind: textOf(names, 'kind'),
      plural: textOf(names, 'plural'),
      namespaced: spec['scope'] === 'Namespaced',
      shortNames: Array.isArray(shortNames) ? shortNames.filter((name) => typeof name === 'string') : [],
      hasStatus: mappingOf(version, 'subresources')['status'] !== undefined,
      hasScale: false,
      hasGeneration: true,
    }));
}
