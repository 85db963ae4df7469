import { deploymentFile } from './file-shape.js';
import type { JsonSchema } from './shape.js';

/**
 * The JSON Schema (draft-07, which VS Code's YAML extension takes) of a deployment file: completion, hover text,
 * and the parser's checks as far as a schema can say them. It knows no names that refer to each other, no
 * duplicates, and no misspellings of more than one letter.
 */
export function deploymentFileJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Flotilla deployment file',
    description: 'What to deploy to Kubernetes, and in what order.',
    ...deploymentFile.schema(),
  };
}
