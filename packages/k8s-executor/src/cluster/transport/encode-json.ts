import type { Json } from '../json.js';

/**
 * JSON that the API server's YAML reader takes, too: server-side apply is parsed as YAML, which refuses raw control
 * characters and turns U+0085 into a blank (client-node.md §3.2).
 */
export function encodeJson(body: Json): string {
  return JSON.stringify(body).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
