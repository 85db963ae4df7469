import { stringify } from 'yaml';
import type { Ports } from './ports.js';
import { redacted } from './print-json.js';

/** A document as YAML that kubectl reads as the same values: words like `yes` and numbers like `0644` stay quoted. */
export function printYaml(document: unknown): string {
  return stringify(document, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
}

/** Documents on stdout, redacted value by value: replacing in their text would leave no YAML. */
export function printYamlDocuments(ports: Ports, documents: readonly unknown[]): void {
  for (const document of documents)
    ports.redactedStdout.write(`---\n${printYaml(redacted(ports, document))}`);
}
