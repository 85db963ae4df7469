import { stringify } from 'yaml';

/** A document as YAML that kubectl reads as the same values: words like `yes` and numbers like `0644` stay quoted. */
export function printYaml(document: unknown): string {
  return stringify(document, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
}
