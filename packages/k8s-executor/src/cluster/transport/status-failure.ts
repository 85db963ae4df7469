import type { StatusCause, StatusFailure } from '../api-failure.js';
import { isJsonObject } from '../json.js';
import type { Json, JsonObject } from '../json.js';

const LONGEST_PLAIN_MESSAGE = 200;

/**
 * What a failed answer says, as a value. `body` is the answer's text: a `Status` object, or whatever a proxy in
 * between wrote. `retryAfter` is the header.
 */
export function statusFailure(code: number, body: string, retryAfter: string | undefined): StatusFailure {
  const status = parseStatus(body);
  const seconds = retryAfterSeconds(retryAfter) ?? numberIn(detailsOf(status), 'retryAfterSeconds');
  return {
    kind: 'status',
    code,
    reason: textIn(status, 'reason'),
    message: textIn(status, 'message') || plainMessage(code, body),
    causes: causesOf(status),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
}

function parseStatus(body: string): JsonObject {
  if (!body.startsWith('{')) return {};
  try {
    const parsed = JSON.parse(body) as Json;
    return isJsonObject(parsed) && parsed['kind'] === 'Status' ? parsed : {};
  } catch {
    return {};
  }
}

/** Only short plain text is repeated: a proxy's HTML page helps nobody, and a body that is JSON may be an object. */
function plainMessage(code: number, body: string): string {
  const text = body.trim();
  const readable = text !== '' && !/^[<{[]/.test(text) && text.length <= LONGEST_PLAIN_MESSAGE;
  return readable ? text : `the server answered HTTP ${code}`;
}

function causesOf(status: JsonObject): readonly StatusCause[] {
  const causes = detailsOf(status)['causes'];
  if (!Array.isArray(causes)) return [];
  return (causes as readonly Json[]).filter(isJsonObject).map((cause) => ({
    reason: textIn(cause, 'reason'),
    message: textIn(cause, 'message'),
    ...(typeof cause['field'] === 'string' && { field: cause['field'] }),
  }));
}

function detailsOf(status: JsonObject): JsonObject {
  return isJsonObject(status['details']) ? status['details'] : {};
}

function retryAfterSeconds(header: string | undefined): number | undefined {
  // Kubernetes sends seconds; the header's other form, a date, is not worth trusting two clocks for.
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : undefined;
}

function textIn(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}

function numberIn(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === 'number' && value > 0 ? value : undefined;
}
