import type { GraceTimes } from './grace-times.js';
import type { MissingConfiguration, Symptom } from './symptom.js';

/** What keeps a container from being made, in a kubelet's words. */
export interface ConfigurationWait {
  /** Who needs it: `container app`, or `volume "tls" of the pod`. */
  readonly needs: string;
  readonly message: string;
  readonly pod: string;
  readonly container?: string;
  readonly key: string;
}

const absent = /\b(secret|configmap) "([^"]+)" not found/i;
const keyAbsent = /couldn't find key (\S+) in (secret|configmap) (?:[^/\s]+\/)?(\S+)/i;
const passing = /sync .* cache|not registered|timed out|deadline exceeded/i;

/**
 * The symptom of a Secret or ConfigMap that is not there, which somebody may still create, or of a key that it lacks;
 * undefined when the words are about something else.
 */
export function missingConfiguration(wait: ConfigurationWait, grace: GraceTimes): Symptom | undefined {
  const { needs, message, pod, container, key } = wait;
  const base = { key, conclusive: true, pod, ...(container !== undefined && { container }) };
  const [, ofKind = '', name = ''] = absent.exec(message) ?? [];
  if (name !== '') {
    const missing = { kind: kindOf(ofKind), name };
    return {
      ...base,
      class: 'heals-sometimes',
      graceMs: grace.missingConfigMs,
      cause: `${missing.kind} ${name}, which ${needs} needs, does not exist`,
      advice: 'Create it, or deploy it in an earlier step or the same task.',
      missing,
    };
  }
  const [, lacked = '', inKind = '', holder = ''] = keyAbsent.exec(message) ?? [];
  if (lacked === '') return undefined;
  const missing = { kind: kindOf(inKind), name: holder, key: lacked };
  return {
    ...base,
    class: 'cannot-heal',
    graceMs: 0,
    cause: `${missing.kind} ${holder} has no key ${lacked}, which ${needs} needs`,
    advice: 'Add the key to it, or correct its name.',
    missing,
  };
}

/** The symptom of a container that a kubelet does not create for another reason than what is missing. */
export function uncreatedContainer(wait: ConfigurationWait, grace: GraceTimes, mayPass: boolean): Symptom {
  const { needs, message, pod, container, key } = wait;
  const passes = mayPass || passing.test(message);
  return {
    class: passes ? 'heals-sometimes' : 'cannot-heal',
    key,
    graceMs: passes ? grace.imagePullMs : 0,
    conclusive: true,
    cause: `${needs} cannot be created: ${message}`,
    advice: 'Check its environment, volumes and security context.',
    pod,
    ...(container !== undefined && { container }),
  };
}

/** The symptom of a pod whose volume is not mounted, from a `FailedMount` or `FailedAttachVolume` event's words. */
export function unmountedVolume(message: string, pod: string, grace: GraceTimes): Symptom {
  const [, volume = ''] = /volume "([^"]+)"/.exec(message) ?? [];
  const needs = volume === '' ? 'a volume of the pod' : `volume ${volume} of the pod`;
  const wait = { needs, message, pod, key: creatingKey };
  const missing = missingConfiguration(wait, grace);
  if (missing !== undefined) return missing;
  const why = message.replace(/^MountVolume\.\w+ failed for volume "[^"]+" ?: /, '');
  return {
    class: 'heals-sometimes',
    key: creatingKey,
    graceMs: grace.claimUnboundMs,
    conclusive: true,
    cause: `${needs} cannot be mounted: ${why}`,
    advice: 'Check that what it mounts exists and that its node can reach it.',
    pod,
  };
}

/** The key of a pod whose containers are being created: silent, until events tell why that takes so long. */
export const creatingKey = 'creating';

function kindOf(word: string): MissingConfiguration['kind'] {
  return word.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
}
