import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isWrite, type AuditEvent } from '../control-plane/audit-log.js';
import { runProgram, type ProgramOptions, type ProgramResult } from '../control-plane/run-program.js';

/** The built command line. */
const cliPath = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url));

/**
 * Runs the built `flotilla` as a user would in a pipe: no terminal, no kubeconfig but the one that the arguments or
 * `env` name. Throws when it has not been built.
 */
export async function flotilla(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  await access(cliPath).catch(() => {
    throw new Error(
      `${cliPath} does not exist: run \`npm run build\` first (\`npm run test:cluster\` does).`,
    );
  });
  // A home of nobody: the kubeconfig of whoever runs the tests must never be found.
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env };
  return runProgram(process.execPath, [cliPath, ...args], { ...options, env });
}

/** True for a request by which flotilla stored something. */
export function isFlotillaWrite(event: AuditEvent): boolean {
  return event.userAgent.split('/')[0] === 'flotilla' && isWrite(event);
}

/** True for a request by which flotilla changed an object of the files, rather than a record of its own. */
export function isObjectWrite(event: AuditEvent): boolean {
  return isFlotillaWrite(event) && !/\/(leases|(configmaps|secrets)\/flotilla-)/.test(event.requestURI);
}
