import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../../../shared', import.meta.url));

/**
 * The folder `shared/real/<name>` with input that others wrote, which is not part of the repository: beside the
 * checkout, or where FLOTILLA_SHARED says. Throws when it is not there, because the suite would prove nothing.
 */
export function realInput(name: string): string {
  const shared = process.env['FLOTILLA_SHARED'] ?? beside;
  const folder = join(shared, 'real', name);
  if (existsSync(folder)) return folder;
  throw new Error(
    `${folder} does not exist. Put the folder \`shared\` beside the checkout, or name it in FLOTILLA_SHARED.`,
  );
}
