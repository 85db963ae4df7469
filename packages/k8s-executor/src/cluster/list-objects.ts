import type { ApiResult } from './api-failure.js';
import type { Resource } from './cluster.js';
import { isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';
import type { KubeObject } from './kube-object.js';
import type { ApiRequest, Transport } from './transport/transport.js';

/** A list as it was at one moment. */
export interface ListedObjects {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
}

const PAGE_SIZE = '500';

/** Lists page by page. When the pages outlive the server's memory (410) the list is taken once more, in one piece. */
export async function listObjects(
  transport: Transport,
  resource: Resource,
  request: Pick<ApiRequest, 'path' | 'query' | 'accept' | 'signal'>,
): Promise<ApiResult<ListedObjects>> {
  const objects: KubeObject[] = [];
  let paging: Readonly<Record<string, string>> = { limit: PAGE_SIZE };
  for (;;) {
    const page = await transport.request({
      ...request,
      method: 'GET',
      query: { ...request.query, ...paging },
    });
    if (!page.ok) {
      const hasExpired = page.failure.kind === 'status' && page.failure.code === 410 && 'continue' in paging;
      if (!hasExpired) return page;
      objects.length = 0;
      paging = {};
      continue;
    }
    const { items, metadata } = readPage(page.value.body);
    for (const item of items) objects.push(withType(item, resource));
    const next = metadata['continue'];
    if (typeof next !== 'string' || next === '') {
      const { resourceVersion } = metadata;
      return {
        ok: true,
        value: { objects, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '' },
      };
    }
    paging = { limit: PAGE_SIZE, continue: next };
  }
}

function readPage(body: Json): { readonly items: readonly JsonObject[]; readonly metadata: JsonObject } {
  const page = isJsonObject(body) ? body : {};
  const items = Array.isArray(page['items']) ? (page['items'] as readonly Json[]).filter(isJsonObject) : [];
  return { items, metadata: isJsonObject(page['metadata']) ? page['metadata'] : {} };
}

/** The items of a list of a built-in kind do not say what they are, and metadata alone calls itself another kind. */
function withType(item: JsonObject, { apiVersion, kind }: Resource): KubeObject {
  return { ...item, apiVersion, kind } as KubeObject;
}
