import type { Ports } from './ports.js';

/** One JSON document on stdout, indented for people. */
export function printJson(ports: Ports, document: unknown): void {
  ports.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** One JSON object on one line of stdout. */
export function printJsonLine(ports: Ports, document: unknown): void {
  ports.stdout.write(`${JSON.stringify(document)}\n`);
}
