import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a credential plugin gives, complains about, and ends with. */
interface PluginBehaviour {
  readonly token: string;
  /** Handed to it by the kubeconfig; it repeats it on stderr. */
  readonly secret: string;
  readonly exitCode: number;
}

/** Writes a credential plugin into a folder; the `exec` of a kubeconfig's user that runs it. */
export async function writePlugin(
  folder: string,
  { token, secret, exitCode }: PluginBehaviour,
): Promise<object> {
  const command = join(folder, 'get-token');
  const apiVersion = 'client.authentication.k8s.io/v1';
  const credential = { apiVersion, kind: 'ExecCredential', status: { token } };
  const script = `#!/bin/sh\necho "cannot use $CLIENT_SECRET" >&2\necho '${JSON.stringify(credential)}'\nexit ${exitCode}\n`;
  await writeFile(command, script);
  await chmod(command, 0o700);
  return { apiVersion, command, interactiveMode: 'Never', env: [{ name: 'CLIENT_SECRET', value: secret }] };
}
