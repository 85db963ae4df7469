import { load } from 'js-yaml';
import type { Json } from '../../cluster/json.js';
import { badRequest } from './status.js';

/** A body as a client wrote it: JSON, or YAML in server-side apply. */
export function readBody(body: string): Json {
  try {
    return (/^\s*[{[]/.test(body) ? JSON.parse(body) : load(body)) as Json;
  } catch {
    throw badRequest('the body is neither JSON nor YAML');
  }
}
