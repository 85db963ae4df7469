import type { EvidenceEvent } from './evidence-events.js';
import { deadlineKey, unboundKey } from './object-symptoms.js';
import { crashKey } from './pod-symptoms.js';
import { unreadyKey } from './probe-trouble.js';
import type { Symptom } from './symptom.js';

/** The cause with what only events know: what a probe got for an answer, why there is no volume. */
export function sharpenCause({ key, cause }: Symptom, events: readonly EvidenceEvent[]): string {
  const told = (...reasons: readonly string[]) =>
    events.find((event) => reasons.includes(event.reason))?.message;
  if (key.startsWith(unreadyKey) || key === deadlineKey) {
    const why = told('Unhealthy')?.replace(/^(?:Readiness|Startup) probe (?:failed|errored): /, '');
    return why === undefined || cause.includes(why) ? cause : `${cause}: ${why}`;
  }
  if (key === unboundKey) {
    const why = told('ProvisioningFailed', 'FailedBinding');
    return why === undefined ? cause : `${cause}: ${plainProvisioning(why)}`;
  }
  if (key.startsWith(crashKey) && told('Killing', 'Unhealthy')?.includes('iveness probe') === true)
    return `${cause}: its liveness probe fails, so it is restarted`;
  return cause;
}

function plainProvisioning(message: string): string {
  const [, missing] = /storageclass\.storage\.k8s\.io "([^"]+)" not found/.exec(message) ?? [];
  return missing === undefined ? message : `storage class ${missing} does not exist`;
}
