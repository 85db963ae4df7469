import type { ZodType } from 'zod';
import { deploymentFile } from './file-shape.js';

/**
 * The zod schema of a deployment file, for those who build one in code: it takes and refuses plain values as
 * `parseDeploymentFile` does files, but knows no names that refer to each other and no duplicates. Loads zod,
 * which nothing else here does.
 */
export async function deploymentFileSchema(): Promise<ZodType> {
  const { z } = await import('zod');
  return deploymentFile.schema(z).meta({
    title: 'Flotilla deployment file',
    description: 'What to deploy to Kubernetes, and in what order.',
  });
}

/**
 * The same as JSON Schema (draft-07, which VS Code's YAML extension takes): completion, hover text, and checks,
 * though of misspelt keys only those of one letter.
 */
export async function deploymentFileJsonSchema(): Promise<object> {
  const { z } = await import('zod');
  return z.toJSONSchema(await deploymentFileSchema(), { target: 'draft-7', io: 'input' });
}
