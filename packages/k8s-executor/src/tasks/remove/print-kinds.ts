import { printReference, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

const namesMax = 3;

/**
 * Objects in one line, those of a kind together: `Namespace shop, 12 CustomResourceDefinitions (a.acme.test, b.acme.test,
 * …)`. Up to three of a kind are named.
 */
export function printKinds(objects: readonly KubeObject[]): string {
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  return kinds.map((kind) => printKind(objects.filter((object) => object.kind === kind))).join(', ');
}

function printKind(objects: readonly KubeObject[]): string {
  const references = objects.map(referenceOf);
  const [first] = references;
  if (first === undefined) return '';
  if (references.length === 1) return printReference(first);
  const names = references
    .slice(0, namesMax)
    .map(({ namespace, name }) => (namespace === undefined ? name : `${namespace}/${name}`));
  const more = references.length > namesMax ? ', …' : '';
  return `${String(references.length)} ${pluralOf(first.kind)} (${names.join(', ')}${more})`;
}

function pluralOf(kind: string): string {
  if (/(?:s|x|ch)$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
