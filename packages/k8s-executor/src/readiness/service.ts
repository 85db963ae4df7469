import { part } from '../cluster/kube-object.js';
import { listOf, mappingOf, textOf } from '../cluster/json.js';
import { current, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** Argo CD's rule: a load balancer needs an address. */
export const judgeService: ReadinessRule = (object) => {
  const spec = part(object, 'spec');
  if (textOf(spec, 'type') !== 'LoadBalancer') return current('it is there');
  const addresses = listOf(mappingOf(part(object, 'status'), 'loadBalancer'), 'ingress');
  const address = addresses.map((entry) => textOf(entry, 'ip') || textOf(entry, 'hostname')).find(Boolean);
  if (addresses.length > 0) return current(`its load balancer has the address ${address ?? 'that it needs'}`);
  const provider = textOf(spec, 'loadBalancerClass');
  const who = provider === '' ? 'the cluster must have a controller that gives one' : `${provider} gives it`;
  return progressing(`its load balancer has no address yet; ${who}`);
};
