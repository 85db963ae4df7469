import type { Refusal } from '@flotilla/core';

/** The namespace in which a run is locked and remembered does not exist (65). */
export function refuseMissingNamespace(namespace: string): Refusal {
  return {
    exitCode: 65,
    message: `namespace ${namespace} does not exist.`,
    help: `Deploy with --create-namespace, or create it yourself: kubectl create namespace ${namespace}`,
  };
}
