import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import type { KubeContext } from './kubeconfig.js';

/** What the name of a setting says about its value. */
const tellsSecret = /token|secret|passw|credential|api[-_]?key|private[-_]?key/i;

/** What a kubeconfig holds that may not be shown: what proves who the user is, and what its plugins and proxies need for that. */
export function secretsOf({ user, proxy }: KubeContext): readonly string[] {
  const { token, spareToken, basic, certificate, exec, authProvider } = user;
  const texts = [token, certificate?.key].flatMap((source) => (source?.from === 'text' ? [source.text] : []));
  return [
    ...texts,
    ...[spareToken, basic?.password, proxy === undefined ? undefined : passwordOf(proxy)],
    ...(basic === undefined ? [] : [Buffer.from(`${basic.username}:${basic.password}`).toString('base64')]),
    ...secretSettings(exec?.env ?? {}),
    ...secretSettings(authProvider?.settings ?? {}),
  ].flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret]));
}

function secretSettings(settings: JsonObject): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (isJsonObject(value)) return secretSettings(value);
    return typeof value === 'string' && tellsSecret.test(name) ? [value] : [];
  });
}

function passwordOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).password : undefined;
}
