import type { JsonObject } from '../../cluster/json.js';
import type { KindRegistry } from '../store/kind-registry.js';
import { apiVersionOf } from '../store/served-kind.js';
import type { ServedKind } from '../store/served-kind.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';

/**
 * OpenAPI v3 without schemas: it says that the server validates fields itself, which is what kubectl looks for before
 * it leaves validation to the server. Undefined for any other path.
 */
export function answerOpenApi(path: string, kinds: KindRegistry): Answer | undefined {
  if (!path.startsWith('/openapi/v3')) return undefined;
  const all = kinds.all();
  const asked = path.slice('/openapi/v3/'.length);
  if (asked === '') {
    const places = [...new Set(all.map(placeOf))];
    return json({
      paths: Object.fromEntries(
        places.map((place) => [place, { serverRelativeURL: `/openapi/v3/${place}` }]),
      ),
    });
  }
  return json({
    openapi: '3.0.0',
    info: { title: 'Flotilla embedded cluster', version: 'v1.36.3' },
    paths: Object.fromEntries(all.filter((kind) => placeOf(kind) === asked).map(describeKind)),
    components: { schemas: {} },
  });
}

function placeOf(kind: ServedKind): string {
  return `${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
}

function describeKind(kind: ServedKind): readonly [string, JsonObject] {
  const { group, version, kind: name, plural, namespaced } = kind;
  const path = `/${placeOf(kind)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((parameter) => ({
    name: parameter,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  const patch = {
    operationId: `patch${name}`,
    parameters,
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind: name },
  };
  return [path, { patch }];
}
