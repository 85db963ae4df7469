import { redactJson, type Json } from '@flotilla/k8s-executor';
import type { Ports } from './ports.js';

/** One JSON document on stdout, indented for people. */
export function printJson(ports: Ports, document: unknown): void {
  ports.redactedStdout.write(`${JSON.stringify(redacted(ports, document), null, 2)}\n`);
}

/** One JSON object on one line of stdout. */
export function printJsonLine(ports: Ports, document: unknown): void {
  ports.redactedStdout.write(`${JSON.stringify(redacted(ports, document))}\n`);
}

/** The document as JSON has it, its texts without secrets. */
export function redacted({ redactor }: Ports, document: unknown): Json {
  const plain = JSON.parse(JSON.stringify(document)) as Json;
  return redactJson(plain, (text) => redactor.redact(text));
}
