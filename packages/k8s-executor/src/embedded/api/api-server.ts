import type { Clock } from '@flotilla/core';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Kubelet } from '../pods/kubelet.js';
import type { KindRegistry } from '../store/kind-registry.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';
import { answerDelete, answerDeleteCollection } from './delete-objects.js';
import { answerDiscovery } from './discovery.js';
import { answerOpenApi } from './open-api.js';
import { answerLog } from './pod-log.js';
import { readBody } from './read-body.js';
import { answerGet, answerList, findObject } from './read-objects.js';
import { parseResourcePath } from './resource-request.js';
import type { ResourceRequest } from './resource-request.js';
import { Refused, unknownPath } from './status.js';
import { answerWatch, checkWatch } from './watch-objects.js';
import { answerCreate, answerPatch, answerReplace } from './write-objects.js';
import type { WriteContext } from './write-objects.js';

export interface ApiContext extends WriteContext {
  readonly kinds: KindRegistry;
  readonly kubelet: Kubelet;
  readonly clock: Clock;
}

/** An HTTP request as it has arrived, whole. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Empty for those that were not sent. */
  readonly headers: ResourceRequest['headers'];
  readonly body: string;
}

const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+flotilla-embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'embedded',
};

/** Answers one request; a refusal becomes a Status. */
export function answerRequest(context: ApiContext, incoming: IncomingRequest): Answer {
  try {
    return route(context, incoming);
  } catch (error) {
    if (error instanceof Refused) return json(error.toStatus(), error.code);
    throw error;
  }
}

function route(context: ApiContext, { method, url: path, headers, body }: IncomingRequest): Answer {
  const url = new URL(path, 'http://embedded');
  if (url.pathname === '/version') return json(version);
  if (['/healthz', '/readyz', '/livez'].includes(url.pathname))
    return { form: 'text', code: 200, body: 'ok' };
  const described = answerOpenApi(url.pathname, context.kinds);
  if (described !== undefined) return described;
  const review = answerReview(url.pathname, body);
  if (review !== undefined) return review;
  const resource = parseResourcePath(url.pathname, context.kinds);
  if (resource === undefined) {
    const discovered =
      method === 'GET' ? answerDiscovery(url.pathname, headers.accept, context.kinds) : undefined;
    if (discovered === undefined) throw unknownPath();
    return discovered;
  }
  checkContentType(headers.contentType, method);
  return answerResource(context, { ...resource, method, query: url.searchParams, headers, body });
}

/** Everybody may do everything here. */
function answerReview(path: string, body: string): Answer | undefined {
  if (path !== '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return undefined;
  const review = readBody(body);
  return json({ ...(isJsonObject(review) ? review : {}), status: { allowed: true } }, 201);
}

function answerResource(context: ApiContext, request: ResourceRequest): Answer {
  const { method, name } = request;
  switch (method) {
    case 'GET':
      return answerRead(context, request);
    case 'POST':
      if (name !== undefined) throw methodNotAllowed();
      return answerCreate(context, request);
    case 'PUT':
      return answerReplace(context, request);
    case 'PATCH':
      return answerPatch(context, request);
    case 'DELETE':
      return name === undefined ? answerDeleteCollection(context, request) : answerDelete(context, request);
    default:
      throw methodNotAllowed();
  }
}

function answerRead(context: ApiContext, request: ResourceRequest): Answer {
  const { store, kubelet } = context;
  const watch = request.query.get('watch');
  if (watch === 'true' || watch === '1') {
    checkWatch(request);
    return answerWatch(context, request);
  }
  if (request.name === undefined) return answerList(context, request);
  if (request.subresource === 'log') {
    const pod: KubeObject = findObject(store, request);
    return answerLog(kubelet, pod, request);
  }
  return answerGet(context, request);
}

function methodNotAllowed(): Refused {
  return new Refused('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

function checkContentType(contentType: string, method: string): void {
  if (!contentType.includes('protobuf') && !contentType.includes('cbor')) return;
  const what = method === 'DELETE' ? 'options' : 'body of the request';
  const message = `the ${what} was in an unknown format - accepted media types include: application/json, application/yaml`;
  throw new Refused('UnsupportedMediaType', message);
}
