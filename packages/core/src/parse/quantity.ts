import type { ResourceRange } from '../domain/deployment-file.js';

const factorOf: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** How a quantity is written. */
export const quantityForm = /^(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([-+]?\d+))?$/;

/** The size of a Kubernetes quantity (`100m`, `1.5`, `512Mi`, `1e3`), undefined when it is none. */
export function parseQuantity(written: string): number | undefined {
  const [whole, digits = '', suffix = '', exponent = '0'] = quantityForm.exec(written) ?? [];
  return whole === undefined ? undefined : Number(digits) * (factorOf[suffix] ?? 1) * 10 ** Number(exponent);
}

/**
 * Own limits and requests over inherited ones. An inherited bound that an own one contradicts is dropped: Kubernetes refuses
 * requests above limits, and the author of `limits: 20Mi` did not ask for the default's `requests: 100Mi`.
 */
export function fitRange(own: ResourceRange, inherited: ResourceRange): ResourceRange {
  const joined = { ...inherited, ...own };
  const limits = parseQuantity(joined.limits ?? '') ?? Infinity;
  const requests = parseQuantity(joined.requests ?? '') ?? 0;
  return requests > limits ? own : joined;
}
