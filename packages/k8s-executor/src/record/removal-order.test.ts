import fc from 'fast-check';
import type { KubeObject } from '../cluster/kube-object.js';
import { taskLabel } from '../manifest/labels.js';
import { removalLevels } from './removal-order.js';

function object(kind: string, task: string): KubeObject {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1';
  return { apiVersion, kind, metadata: { name: kind, labels: { [taskLabel]: task } } };
}

const names = (levels: readonly (readonly KubeObject[])[]) =>
  levels.map((level) => level.map(({ kind, metadata }) => `${metadata.labels?.[taskLabel] ?? ''} ${kind}`));

describe('removalLevels', () => {
  it('removes dependents first, in a task what runs first, namespaces last', () => {
    const objects = ['services.db', 'services.api', 'jobs.seed'].flatMap((task) => [
      object('ConfigMap', task),
      object('Deployment', task),
    ]);
    const levels = removalLevels(
      [object('Namespace', 'services.api'), ...objects],
      new Map([['services.api', ['services.db']]]),
    );
    expect(names(levels)).toEqual([
      ['jobs.seed Deployment'],
      ['jobs.seed ConfigMap'],
      ['services.api Deployment'],
      ['services.api ConfigMap'],
      ['services.db Deployment'],
      ['services.db ConfigMap'],
      ['services.api Namespace'],
    ]);
  });

  it('holds every object once, and no dependent behind what it depends on', () => {
    const task = fc.integer({ min: 0, max: 8 });
    const graph = fc.array(
      fc.tuple(task, task).map(([a, b]) => [Math.max(a, b) + 1, Math.min(a, b)] as const),
    );
    fc.assert(
      fc.property(graph, (edges) => {
        const dependencies = new Map<string, string[]>();
        for (const [from, to] of edges)
          dependencies.set(`t${from}`, [...(dependencies.get(`t${from}`) ?? []), `t${to}`]);
        const objects = Array.from({ length: 10 }, (_, at) => object('Deployment', `t${at}`));
        const levels = removalLevels(objects, dependencies);
        expect(levels.flat()).toHaveLength(objects.length);
        const levelOf = (name: string) =>
          levels.findIndex((level) => level.some(({ metadata }) => metadata.labels?.[taskLabel] === name));
        for (const [from, to] of edges) expect(levelOf(`t${from}`)).toBeLessThan(levelOf(`t${to}`));
      }),
    );
  });

  it('ends on circles', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['a']],
    ]);
    expect(removalLevels([object('Pod', 'a'), object('Pod', 'b')], circle).flat()).toHaveLength(2);
  });
});
