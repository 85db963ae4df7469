import type { StatusFailure } from '../api-failure.js';
import { isJsonObject } from '../json.js';
import type { Json } from '../json.js';
import type { KubeObject } from '../kube-object.js';
import { statusFailure } from '../transport/status-failure.js';

/** One line of a watch, understood. `malformed`: cut off or not of a watch; the stream cannot be trusted any more. */
export type WatchLine =
  | { readonly type: 'changed' | 'deleted'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string; readonly endsInitialEvents: boolean }
  | { readonly type: 'error'; readonly failure: StatusFailure }
  | { readonly type: 'malformed' };

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Decodes a line. Never throws. */
export function decodeWatchLine(line: string): WatchLine {
  const event = parse(line);
  if (!isJsonObject(event) || !isJsonObject(event['object'])) return { type: 'malformed' };
  const { object } = event;
  if (event['type'] === 'ERROR') return { type: 'error', failure: errorOf(object) };
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const resourceVersion = metadata['resourceVersion'];
  if (typeof resourceVersion !== 'string') return { type: 'malformed' };
  const type = typeof event['type'] === 'string' ? event['type'] : '';
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'changed', object: object as KubeObject, resourceVersion };
    case 'DELETED':
      return { type: 'deleted', object: object as KubeObject, resourceVersion };
    case 'BOOKMARK': {
      const annotations = isJsonObject(metadata['annotations']) ? metadata['annotations'] : {};
      return {
        type: 'bookmark',
        resourceVersion,
        endsInitialEvents: annotations[INITIAL_EVENTS_END] === 'true',
      };
    }
    default:
      return { type: 'malformed' };
  }
}

function errorOf(status: Json): StatusFailure {
  const code = isJsonObject(status) && typeof status['code'] === 'number' ? status['code'] : 500;
  return statusFailure(code, JSON.stringify(status), undefined);
}

function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}
