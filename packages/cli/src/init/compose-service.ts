import { readPorts } from './compose-ports.js';
import { interpolate, splitWords, type Reading } from './interpolate.js';
import { isRecord, type YamlRecord } from './read-objects.js';

/** A service of a compose file in the words of the flotilla file. */
export interface ComposeService {
  readonly name: string;
  /** The services that it waits for, as the compose file calls them. */
  readonly after: readonly string[];
  /** Those of them that have to come to their end. */
  readonly completed: readonly string[];
  readonly definition: Readonly<Record<string, unknown>>;
  readonly toDo: readonly string[];
}

/** Said only to Docker, or without meaning in a cluster. */
const needless = new Set([
  'container_name',
  'restart',
  'networks',
  'hostname',
  'init',
  'labels',
  'logging',
  'platform',
  'pull_policy',
  'stdin_open',
  'tty',
]);
const understood = new Set([
  'image',
  'build',
  'entrypoint',
  'command',
  'environment',
  'ports',
  'expose',
  'depends_on',
  'deploy',
  'scale',
  'healthcheck',
  'volumes',
  'profiles',
]);

/** Translates one service; what has no counterpart is told in `toDo`, never dropped in silence. */
export function composeService(name: string, service: YamlRecord): ComposeService {
  const toDo: string[] = [];
  const tell = (what: string) => toDo.push(`${name}: ${what}`);
  const text = (value: unknown) =>
    interpolate(String(value), (variable) => tell(`\${${variable}} has no default and was left empty.`));
  const reading = { text, tell };
  const words = (value: unknown) => readWords(value).map(text);
  const ports = readPorts([...list(service['ports']), ...list(service['expose'])], reading);
  const entrypoint = words(service['entrypoint']);
  const args = words(service['command']);
  const envs = readEnvironment(service['environment'], reading);
  const volumes = readVolumes(service['volumes'], reading);
  const replicas = readReplicas(service);
  const probe = readHealthcheck(service['healthcheck'], words);
  const ignored = Object.keys(service).filter(
    (key) => !needless.has(key) && !understood.has(key) && !key.startsWith('x-'),
  );
  if (ignored.length > 0) tell(`${ignored.join(', ')} was not translated.`);
  return {
    name,
    ...readDependencies(service['depends_on']),
    definition: {
      image: readImage(name, service, reading),
      ...(entrypoint.length > 0 && { command: entrypoint }),
      ...(args.length > 0 && { args }),
      ...(ports.length > 0 && { ports }),
      ...(envs.length > 0 && { envs }),
      ...(volumes.length > 0 && { volumes }),
      ...(replicas !== undefined && { replicas }),
      ...(probe !== undefined && { readiness_probe: probe }),
    },
    toDo,
  };
}

function readImage(name: string, { image, build }: YamlRecord, { text, tell }: Reading): string {
  const said = image === undefined ? '' : text(image);
  if (build !== undefined || said === '')
    tell('its image is built here: name the one that your build pushes, and where to.');
  return said === '' ? `registry.example.com/${name}:latest` : said;
}

function readWords(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? splitWords(value) : list(value);
}

function readEnvironment(environment: unknown, { text, tell }: Reading): readonly object[] {
  const pairs: readonly (readonly [string, unknown])[] = isRecord(environment)
    ? Object.entries(environment)
    : list(environment).map((entry) => {
        const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(String(entry)) ?? [];
        return [key, value];
      });
  // Of a variable that stands twice, docker compose takes the last value.
  const envs = [...new Map(pairs)];
  for (const [key, value] of envs)
    if (value === undefined || value === null)
      tell(`${key} comes from the environment of docker compose and was left empty.`);
  return envs.map(([key, value]) => ({ key, value: text(value ?? '') }));
}

function readDependencies(said: unknown): Pick<ComposeService, 'after' | 'completed'> {
  if (!isRecord(said)) return { after: list(said).map(String), completed: [] };
  const completed = Object.entries(said).filter(
    ([, how]) => isRecord(how) && how['condition'] === 'service_completed_successfully',
  );
  return { after: Object.keys(said), completed: completed.map(([name]) => name) };
}

function readReplicas({ deploy, scale }: YamlRecord): number | undefined {
  const said = isRecord(deploy) ? (deploy['replicas'] ?? scale) : scale;
  return typeof said === 'number' ? said : undefined;
}

function readHealthcheck(
  healthcheck: unknown,
  words: (value: unknown) => readonly string[],
): object | undefined {
  if (!isRecord(healthcheck) || healthcheck['disable'] === true) return undefined;
  const { test } = healthcheck;
  const [how, ...rest] = typeof test === 'string' ? ['CMD-SHELL', test] : list(test);
  if (how === 'CMD') return { exec: { command: words(rest) } };
  return how === 'CMD-SHELL' ? { exec: { command: ['sh', '-c', ...words(rest)] } } : undefined;
}

function readVolumes(volumes: unknown, { text, tell }: Reading): readonly object[] {
  return list(volumes).flatMap((entry) => {
    const said: readonly unknown[] = isRecord(entry)
      ? [entry['source'], entry['target']]
      : String(entry).split(':');
    const [source, target] = said;
    const name = typeof source === 'string' ? source : '';
    if (target !== undefined && /^[A-Za-z0-9][\w-]*$/.test(name))
      return [
        { type: 'persistent', name: name.toLowerCase().replaceAll('_', '-'), mount_path: text(target) },
      ];
    tell(
      target === undefined
        ? `the volume ${name} has no name and was left out: give it one if its data has to last.`
        : `the volume ${name} is a folder of this machine and was left out: what is read there has to come with the image or by configmap.`,
    );
    return [];
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
