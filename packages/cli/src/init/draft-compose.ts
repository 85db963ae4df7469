import { composeService, type ComposeService } from './compose-service.js';
import type { Draft, DraftTask } from './draft.js';
import { kubernetesName, uniqueName } from './kubernetes-name.js';
import { isRecord, type YamlRecord } from './read-objects.js';

/**
 * The services of a compose file inline; one for whose completion others wait is a job. Those with a profile, which
 * `docker compose up` does not start either, are left out.
 */
export function draftCompose(path: string, compose: YamlRecord): Draft {
  const all = isRecord(compose['services']) ? Object.entries(compose['services']) : [];
  const isOptional = ([, service]: readonly [string, unknown]) =>
    isRecord(service) && Array.isArray(service['profiles']) && service['profiles'].length > 0;
  const services = all.filter((entry) => !isOptional(entry));
  const taken = new Set<string>();
  const names = new Map(services.map(([said]) => [said, uniqueName(kubernetesName(said), taken)]));
  const read = services.map(([said, service]) =>
    composeService(names.get(said) ?? said, isRecord(service) ? service : {}),
  );
  const jobs = new Set(read.flatMap(({ completed }) => completed.flatMap((said) => names.get(said) ?? [])));
  const tasks = read.map((service) => toTask(service, { names, isJob: jobs.has(service.name) }));
  const renamed = [...names].filter(([said, name]) => said !== name);
  return {
    tasks,
    found: [path],
    toDo: [
      ...all.filter(isOptional).map(([said]) => `${said} has a profile and was left out.`),
      ...renamed.map(
        ([said, name]) => `${said} is called ${name} here: other services reach it by that name.`,
      ),
      ...withoutPorts(tasks).map(
        (name) => `${name}: others wait for it, and reach it only at the ports that it lists: add them.`,
      ),
      ...read.flatMap(({ toDo }) => toDo),
    ],
  };
}

/** Under compose a service is reached at any port, in the cluster at those of its Service. */
function withoutPorts(tasks: readonly DraftTask[]): readonly string[] {
  const awaited = new Set(tasks.flatMap(({ after }) => after));
  return tasks
    .filter(
      ({ kind, name, definition }) => kind === 'service' && awaited.has(name) && !('ports' in definition),
    )
    .map(({ name }) => name);
}

function toTask(
  { name, after, definition }: ComposeService,
  { names, isJob }: { readonly names: ReadonlyMap<string, string>; readonly isJob: boolean },
): DraftTask {
  const known = after.flatMap((said) => names.get(said) ?? []);
  if (!isJob) return { kind: 'service', name, after: known, definition };
  const forServices = new Set(['ports', 'replicas', 'readiness_probe']);
  const kept = Object.entries(definition).filter(([key]) => !forServices.has(key));
  return { kind: 'job', name, after: known, definition: Object.fromEntries(kept) };
}
