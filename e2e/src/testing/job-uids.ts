import type { Deployment } from './deployment.js';

/** Which jobs there are in the namespace of a deployment; one that was made anew is another. Empty when there are none. */
export function jobUids(shop: Pick<Deployment, 'kubectl'>): Promise<string> {
  return shop.kubectl(['get', 'jobs', '-o', 'jsonpath={.items[*].metadata.uid}']);
}
