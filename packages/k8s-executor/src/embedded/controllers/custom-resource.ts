import { listOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import { customKinds } from '../store/kind-registry.js';
import { nextCondition } from './conditions.js';
import { later } from './world.js';
import type { World } from './world.js';

const ESTABLISH_MS = 100;

/** Serves the kinds of a CustomResourceDefinition a moment after it came. */
export function establish(world: World, definition: KubeObject): void {
  if (conditionOf(definition, 'Established')?.status === 'True') {
    world.kinds.serveCustom(definition);
    return;
  }
  later(world, world.behaviour.scaled(ESTABLISH_MS), () => {
    world.kinds.serveCustom(definition);
    const now = world.time.timestamp();
    const spec = part(definition, 'spec');
    world.lifecycle.changeStatus(world.kinds.builtIn('customresourcedefinitions'), definition, {
      acceptedNames: spec['names'],
      storedVersions: listOf(spec, 'versions')
        .filter((version) => version['storage'] === true)
        .map((version) => version['name'] ?? ''),
      conditions: [
        nextCondition(
          definition,
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
          now,
        ),
        nextCondition(
          definition,
          {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          },
          now,
        ),
      ],
    });
  });
}

/** The objects of a kind go with its definition. */
export function abolish(world: World, definition: KubeObject): void {
  const [kind] = customKinds(definition);
  if (kind !== undefined) {
    for (const object of world.store.list(kind))
      world.lifecycle.delete(kind, object, { propagation: 'Background' });
  }
  world.kinds.forgetCustom(definition);
}
