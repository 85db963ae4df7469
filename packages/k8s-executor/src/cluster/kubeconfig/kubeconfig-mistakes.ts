import { isJsonObject } from '../json.js';
import type { JsonObject } from '../json.js';
import { textOf } from './kubeconfig-document.js';

/** Why a cluster of a kubeconfig cannot be used, as kubectl sees it; undefined when it can. */
export function clusterMistake(cluster: JsonObject): string | undefined {
  if (!has(cluster, 'server')) return 'its cluster has no server';
  if (hasBoth(cluster, 'certificate-authority')) return bothForms('certificate-authority');
  const hasAuthority = hasEither(cluster, 'certificate-authority');
  if (hasAuthority && cluster['insecure-skip-tls-verify'] === true) {
    return 'its cluster has a certificate authority and insecure-skip-tls-verify, which exclude each other';
  }
  return undefined;
}

/** Why a user of a kubeconfig cannot be used, as kubectl sees it; undefined when it can. */
export function userMistake(user: JsonObject): string | undefined {
  return certificateMistake(user) ?? loginMistake(user) ?? pluginMistake(user);
}

/** The first setting that is not of its type; kubectl cannot read such a file at all. */
export function findWrongType(cluster: JsonObject, user: JsonObject): string | undefined {
  const text = USER_TEXTS.find((key) => user[key] !== undefined && typeof user[key] !== 'string');
  if (text !== undefined) return `${text} of its user is not a text; put it in quotes`;
  const insecure = cluster['insecure-skip-tls-verify'];
  if (insecure !== undefined && typeof insecure !== 'boolean')
    return 'insecure-skip-tls-verify of its cluster is neither true nor false; take away the quotes';
  const data = [...dataOf(cluster, CLUSTER_DATA), ...dataOf(user, USER_DATA)];
  const broken = data.find(([, value]) => !isBase64(value));
  return broken === undefined ? undefined : `${broken[0]} is not base64`;
}

const USER_TEXTS = ['token', 'tokenFile', 'username', 'password', 'as', 'as-uid'];
const CLUSTER_DATA = ['certificate-authority-data'];
const USER_DATA = ['client-certificate-data', 'client-key-data'];

function certificateMistake(user: JsonObject): string | undefined {
  for (const key of ['client-certificate', 'client-key']) if (hasBoth(user, key)) return bothForms(key);
  const hasCertificate = hasEither(user, 'client-certificate');
  const hasKey = hasEither(user, 'client-key');
  if (hasCertificate && !hasKey) return 'its user has a client certificate but no client key';
  if (hasKey && !hasCertificate) return 'its user has a client key but no client certificate';
  return undefined;
}

function loginMistake(user: JsonObject): string | undefined {
  const hasPassword = has(user, 'username') || has(user, 'password');
  if (hasPassword && (has(user, 'token') || has(user, 'tokenFile'))) {
    return 'its user has a token and a password, only one of them is allowed';
  }
  if (has(user, 'password') && !has(user, 'username')) return 'its user has a password but no username';
  const asksForMore = ['as-uid', 'as-groups', 'as-user-extra'].some((key) => user[key] !== undefined);
  if (asksForMore && !has(user, 'as'))
    return 'its user impersonates groups, a uid or extras, but no user (as)';
  return undefined;
}

function pluginMistake(user: JsonObject): string | undefined {
  const { exec } = user;
  if (!isJsonObject(exec)) return undefined;
  if (isJsonObject(user['auth-provider'])) {
    return 'its user has an exec plugin and an auth-provider, only one of them is allowed';
  }
  if (!has(exec, 'command')) return 'the exec plugin of its user has no command';
  if (!has(exec, 'apiVersion')) return 'the exec plugin of its user has no apiVersion';
  const mode = textOf(exec['interactiveMode']);
  const isOlder = exec['apiVersion'] !== 'client.authentication.k8s.io/v1';
  if (mode === undefined ? isOlder : ['Never', 'IfAvailable', 'Always'].includes(mode)) return undefined;
  return 'the exec plugin of its user needs an interactiveMode: Never, IfAvailable or Always';
}

function bothForms(key: string): string {
  return `${key} and ${key}-data are both given; keep one`;
}

function hasBoth(settings: JsonObject, key: string): boolean {
  return has(settings, key) && has(settings, `${key}-data`);
}

function hasEither(settings: JsonObject, key: string): boolean {
  return has(settings, key) || has(settings, `${key}-data`);
}

function has(settings: JsonObject, key: string): boolean {
  return textOf(settings[key]) !== undefined;
}

function dataOf(settings: JsonObject, keys: readonly string[]): readonly (readonly [string, string])[] {
  return keys.flatMap((key) => {
    const value = textOf(settings[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** Go's standard encoding: padded, and line ends count for nothing. */
function isBase64(text: string): boolean {
  const plain = text.replace(/[\r\n]/g, '');
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
}
