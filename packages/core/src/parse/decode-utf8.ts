import { isUtf8 } from 'node:buffer';

/** What stands for a byte that is no UTF-8 (after PEP 383): half of a pair, which no text holds. */
export const undecodable = '\uDCFF';

/**
 * The text of a file in UTF-8. Bytes that are none become `undecodable`, so that the parsers refuse them where they
 * stand instead of deploying what nobody wrote.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return isUtf8(bytes) ? text : text.replaceAll('\uFFFD', undecodable);
}
