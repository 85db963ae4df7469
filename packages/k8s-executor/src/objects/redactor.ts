import { escapeMarkup, isSecretName, type DeploymentFile } from '@flotilla/core';
import { isJsonObject, listOf } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { ownWords } from './own-words.js';

/** Stands before every output: knows the values of all Secrets that a run has rendered or read, and removes them. */
export interface Redactor {
  /** Every text from now on loses this value: as it is, its lines, what they hold, and as JSON, URLs, HTML and base64 spell it. */
  add(value: string): void;
  /** The value of a pod's variable of this name is a secret, wherever it turns up. */
  addVariable(name: string): void;
  isSecretVariable(name: string): boolean;
  /** A name that everybody may read stays readable, even where a Secret holds the same word. */
  keep(name: string): void;
  redact(text: string): string;
}

/** Shorter values would tear holes into ordinary words, and whoever guesses knows them anyway. */
const shortestSecret = 3;
/** Shorter values are only removed where they stand alone: `2026` must not break a digest or a time. */
const shortestInWords = 8;
/** What a Secret may hold, but nobody can keep secret. */
const commonWords = /^(?:true|false|null|none|yes|default)$/i;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Values are replaced by `***`, the longest first, so that none shines through as part of another. */
export function createRedactor(): Redactor {
  const values = new Set<string>();
  const variables = new Set<string>();
  const kept = new Set<string>(ownWords);
  let pattern: RegExp | undefined;
  return {
    add(value) {
      const known = values.size;
      for (const spelling of spellingsOf(value)) values.add(spelling);
      if (values.size > known) pattern = undefined;
    },
    addVariable(name) {
      variables.add(name);
    },
    isSecretVariable: (name) => variables.has(name) || isSecretName(name),
    keep(name) {
      if (values.has(name) && !kept.has(name)) pattern = undefined;
      kept.add(name);
    },
    redact(text) {
      pattern ??= patternOf([...values].filter((value) => !kept.has(value)));
      return text.replace(pattern, '***');
    },
  };
}

function spellingsOf(value: string): readonly string[] {
  const plain = value.trim();
  const lines = plain.split(/\r?\n/).map((line) => line.trim());
  return [plain, ...lines, passwordIn(plain), ...namedIn(plain)].filter(isSecretive).flatMap(spell);
}

function spell(text: string): readonly string[] {
  const url = encodeSafely(text);
  const base64 = Buffer.from(text, 'utf8').toString('base64');
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    url,
    url.replaceAll('%20', '+'),
    escapeMarkup(text),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(text, 'utf8').toString('base64url'),
    ...insideBase64(text),
  ];
}

/** How base64 spells the text behind one or two other bytes (`user:password`), as far as these do not show in it. */
function insideBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2]
    .map((before) => {
      const whole = Buffer.concat([Buffer.alloc(before), bytes]);
      const spelt = whole.toString('base64').slice(0, Math.floor((whole.length * 8) / 6));
      return spelt.slice(Math.ceil((before * 8) / 6));
    })
    .filter((spelt) => spelt.length >= shortestInWords)
    .flatMap((spelt) => [spelt, spelt.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** What a file (JSON, YAML, `.env`, properties) or a connection string says under a name that tells it. */
function namedIn(text: string): readonly string[] {
  const pair = /["']?([\w.-]+)["']?[ \t]*[=:][ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;{}[][^\s,;}]*)/g;
  return [...text.matchAll(pair)].flatMap(([, name = '', said = '']) => {
    if (name === registryLogin) return [unquote(said), passwordOf(unquote(said))];
    return isSecretName(name) ? [unquote(said)] : [];
  });
}

/** What a docker configuration calls `user:password` in base64. */
const registryLogin = 'auth';

function passwordOf(login: string): string {
  return Buffer.from(login, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:?/, '');
}

function unquote(said: string): string {
  if (!/^["']/.test(said)) return said;
  try {
    return String(JSON.parse(said));
  } catch {
    return said.slice(1, -1);
  }
}

function passwordIn(address: string): string {
  return URL.canParse(address) ? decodeSafely(new URL(address).password) : '';
}

function isSecretive(text: string): boolean {
  return text.length >= shortestSecret && !commonWords.test(text);
}

function patternOf(values: readonly string[]): RegExp {
  if (values.length === 0) return /(?!)/g;
  const exact = values
    .toSorted((a, b) => b.length - a.length)
    .map((value) => {
      const escaped = value.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      return value.length < shortestInWords ? `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])` : escaped;
    });
  return new RegExp(exact.join('|'), 'g');
}

/** Half of a surrogate pair is in no URL. */
function encodeSafely(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Tells the redactor the values of a Secret, plain and encoded. Other objects say nothing. */
export function addSecret(object: KubeObject, redactor: Redactor): void {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret') return;
  for (const encoded of textsIn(object['data'])) {
    redactor.add(encoded);
    redactor.add(Buffer.from(encoded, 'base64').toString('utf8'));
  }
  for (const plain of textsIn(object['stringData'])) {
    redactor.add(plain);
    redactor.add(Buffer.from(plain, 'utf8').toString('base64'));
  }
}

function textsIn(field: unknown): readonly string[] {
  // A number is a mistake that the server will repeat in its answer.
  return isJsonObject(field) ? Object.values(field).flatMap((value) => textOf(value) ?? []) : [];
}

/**
 * Tells the redactor the variables of pods that are secret by their name, or hold a password in an address: people write
 * them into manifests, where anybody may read them who may read pods, but not the logs of a CI job.
 */
function addVariables(value: Json, redactor: Redactor): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) addVariables(item, redactor);
  if (!isJsonObject(value)) return;
  for (const { name, value: text } of listOf(value, 'env')) {
    if (typeof name !== 'string' || typeof text !== 'string') continue;
    if (redactor.isSecretVariable(name)) redactor.add(text);
    else redactor.add(passwordIn(text));
  }
  for (const below of Object.values(value)) if (below !== undefined) addVariables(below, redactor);
}

/** Tells the redactor what these objects hold: secret values, and the names that are no secret. */
export function addObjects(objects: readonly KubeObject[], redactor: Redactor): void {
  for (const object of objects) {
    addSecret(object, redactor);
    addVariables(object, redactor);
    const { kind, metadata } = object;
    for (const name of [kind, metadata.name, metadata.namespace]) if (name !== undefined) redactor.keep(name);
  }
}

/** Tells the redactor what a flotilla file holds: the variables that it, or their names, call secret, and its own names. */
export function addFile(file: DeploymentFile, redactor: Redactor): void {
  const { services, jobs, charts, workflows } = file;
  for (const { container } of [...services, ...jobs])
    for (const { key, value, secret } of container.envs) {
      if (secret === true) redactor.addVariable(key);
      redactor.add(redactor.isSecretVariable(key) ? value : passwordIn(value));
    }
  const named = [...services, ...jobs, ...charts, ...workflows].map(({ name }) => name.value);
  const sections = Object.entries({ services, jobs, charts }).flatMap(([section, defined]) =>
    defined.map(({ name }) => `${section}.${name.value}`),
  );
  for (const name of [file.name, ...named, ...sections]) redactor.keep(name);
}

/** The value with all its texts redacted; keys and numbers stay, so that it keeps its shape. */
export function redactJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => redactJson(item, redact));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) =>
      below === undefined ? [] : [[key, redactJson(below, redact)] as const],
    ),
  );
}

/** Whether a text of the value holds what may not be shown. */
export function holdsSecret(value: Json, redactor: Pick<Redactor, 'redact'>): boolean {
  if (typeof value === 'string') return redactor.redact(value) !== value;
  if (Array.isArray(value)) return (value as readonly Json[]).some((item) => holdsSecret(item, redactor));
  if (!isJsonObject(value)) return false;
  return Object.values(value).some((below) => below !== undefined && holdsSecret(below, redactor));
}
