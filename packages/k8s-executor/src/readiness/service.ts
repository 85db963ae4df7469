import { current, listOf, mappingOf, part, progressing, textOf } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** Argo CD's rule: a load balancer needs an address. */
export const judgeService: ReadinessRule = (object) => {
  if (textOf(part(object, 'spec'), 'type') !== 'LoadBalancer') return current('it is there');
  const addresses = listOf(mappingOf(part(object, 'status'), 'loadBalancer'), 'ingress');
  const address = addresses.map((entry) => textOf(entry, 'ip') || textOf(entry, 'hostname')).find(Boolean);
  if (addresses.length === 0) return progressing('its load balancer has no address yet');
  return current(`its load balancer has the address ${address ?? 'that it needs'}`);
};
