import type { RenderedTask } from '../manifest/render-plan.js';
import { partOfLabel } from '../record/apply-set.js';
import { inventoryId } from '../record/inventory.js';
import { withDigest } from '../objects/digest.js';
import { jobInputs, runsToCompletion } from '../tasks/jobs/job-identity.js';
import type { PrepareRunOptions } from './prepare-options.js';

/** A job's digest covers what it reads too: with another configuration it is another job. */
export function addDigests({ task, manifests }: RenderedTask): RenderedTask {
  const plain = manifests.map(({ object, span }) => ({ object: withDigest(object), span }));
  if (task.kind !== 'job') return { task, manifests: plain };
  const inputs = jobInputs(plain.map(({ object }) => object));
  return {
    task,
    manifests: manifests.map(({ object, span }) => ({
      object: runsToCompletion(object) ? withDigest(object, inputs) : withDigest(object),
      span,
    })),
  };
}

/** The objects as members of the deployment's ApplySet. The digest does not know of it: it says what the files ask. */
export function joinSet(
  { task, manifests }: RenderedTask,
  { plan, namespace }: Pick<PrepareRunOptions, 'plan' | 'namespace'>,
): RenderedTask {
  const id = inventoryId({ deployment: plan.name, namespace });
  return {
    task,
    manifests: manifests.map(({ object, span }) => {
      const labels = { ...object.metadata.labels, [partOfLabel]: id };
      return { object: { ...object, metadata: { ...object.metadata, labels } }, span };
    }),
  };
}
