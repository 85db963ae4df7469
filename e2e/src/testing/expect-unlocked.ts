import type { Deployment } from './deployment.js';

/** Expects that no lock is left in the namespace of a deployment. */
export async function expectUnlocked(shop: Pick<Deployment, 'kubectl'>): Promise<void> {
  expect(await shop.kubectl(['get', 'lease', '-o', 'name'])).toBe('');
}
