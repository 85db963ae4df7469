import type { Deployment } from './deployment.js';

/** Lets go of an object (`configmap/held`) as its controller would. */
export async function removeFinalizers(made: Deployment, object: string): Promise<void> {
  await made.kubectl(['patch', object, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
}
