import type { Json } from '../../cluster/json.js';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { badRequest } from './status.js';

export type Predicate = (object: KubeObject) => boolean;

/** Reads `a=b,c!=d,e in (f,g),h,!i`; throws a refusal for what is none. */
function parseLabelSelector(text: string): Predicate {
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim());
  const tests = terms.filter((term) => term !== '').map(parseTerm);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function parseTerm(term: string): LabelTest {
  const inSet = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (inSet !== null) {
    const [, key = '', operator, list = ''] = inSet;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\u0000') === (operator === 'in');
  }
  const comparison = /^([^\s!=(),]+)\s*(==?|!=)\s*([^\s!=(),]*)$/.exec(term);
  if (comparison !== null) {
    const [, key = '', operator, value = ''] = comparison;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const presence = /^(!?)\s*([^\s!=(),]+)$/.exec(term);
  if (presence === null) throw badRequest(`unable to parse requirement: found '${term}'`);
  const [, not, key = ''] = presence;
  return (labels) => (labels[key] !== undefined) === (not === '');
}

/** Reads `metadata.name=x,spec.nodeName!=`: plain paths into the object. */
function parseFieldSelector(text: string): Predicate {
  const tests = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => {
      const found = /^([^=!]+)(==?|!=)(.*)$/.exec(term.trim());
      if (found === null) throw badRequest(`invalid field selector: ${term}`);
      const [, path = '', operator, value = ''] = found;
      return (object: KubeObject) => (fieldAt(object, path) === value) === (operator !== '!=');
    });
  return (object) => tests.every((test) => test(object));
}

function fieldAt(object: KubeObject, path: string): string {
  const value = path
    .split('.')
    .reduce<Json | undefined>((at, name) => (isJsonObject(at) ? at[name] : undefined), object);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The objects that a request asks for. */
export function parseSelectors(query: URLSearchParams): Predicate {
  const byLabel = parseLabelSelector(query.get('labelSelector') ?? '');
  const byField = parseFieldSelector(query.get('fieldSelector') ?? '');
  return (object) => byLabel(object) && byField(object);
}
