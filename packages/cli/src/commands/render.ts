import type { LoadedPlan } from '@flotilla/core';
import { addObjects, maskSecret, renderPlan, type RenderedTask } from '@flotilla/k8s-executor';
import type { Command, Invocation } from '../command.js';
import { loadCheckedPlan, printDiagnostics, refuseWrong } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { readImages } from '../read-images.js';
import { printYamlDocuments } from '../print-yaml.js';

export const render: Command = {
  name: 'render',
  summary: 'every object as it would be applied, in order; the values of Secrets are masked',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', 'namespace', 'images', 'output', 'param', 'env-id', 'strict'],
  outputs: ['yaml', 'json'],
  run: async (invocation) => await renderLoaded(invocation, await loadCheckedPlan(invocation)),
};

/** Prints every object of the plan and resolves to 0. Refuses with 65 what cannot be rendered. */
export async function renderLoaded(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  const { file, plan, directory } = loaded;
  const namespace = invocation.flags.value('namespace') ?? file.namespace ?? 'default';
  const rendered = await renderPlan({ file, plan, directory, namespace, ...readImages(invocation) });
  if (!rendered.ok) throw refuseWrong(invocation, rendered.diagnostics);
  printDiagnostics(invocation, rendered.diagnostics);
  const objects = rendered.value.flatMap(({ manifests }) => manifests.map(({ object }) => object));
  addObjects(objects, invocation.ports.redactor);
  const items = rendered.value.flatMap(itemsOf);
  if (invocation.flags.value('output') === 'json') printJson(invocation.ports, { items });
  else
    printYamlDocuments(
      invocation.ports,
      items.map(({ object }) => object),
    );
  return 0;
}

function itemsOf({ task, manifests }: RenderedTask) {
  return manifests.map(({ object }) => ({ task: task.id, object: maskSecret(object) }));
}
