import fc from 'fast-check';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { builtInKinds } from '../store/served-kind.js';
import { applyObject, printConflictMessage } from './apply-object.js';
import type { ApplyRequest } from './apply-object.js';
import { fieldsOf, fromFieldsV1, printField, toFieldsV1 } from './field-set.js';
import { ownershipsOf, trackUpdate, withOwnerships } from './managed-fields.js';
import { schemaOf } from './topology.js';

const deployments = builtInKinds.find(({ kind }) => kind === 'Deployment')!;
const schema = schemaOf(deployments);

function object(spec: JsonObject): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
}

function request(name: string, force = false): ApplyRequest {
  const manager = { name, operation: 'Apply', subresource: '' } as const;
  return { manager, schema, time: '2026-01-01T00:00:00Z', force, complete: (each) => each };
}

function apply(live: KubeObject | undefined, spec: JsonObject, name = 'a'): KubeObject {
  const result = applyObject(live, object(spec), request(name));
  if (!result.ok) throw new Error(printConflictMessage(result.causes));
  return result.object;
}

function withContainers(...containers: readonly JsonObject[]): JsonObject {
  return { template: { spec: { containers } } };
}

test('items of keyed lists are merged, those of others stay where they were', () => {
  const first = apply(undefined, withContainers({ name: 'x', image: '1' }, { name: 'y', image: '1' }));
  const second = apply(first, withContainers({ name: 'y', tty: true }, { name: 'z', image: '1' }), 'b');
  expect(second.spec).toEqual(
    withContainers(
      { name: 'x', image: '1' },
      { name: 'y', image: '1', tty: true },
      { name: 'z', image: '1' },
    ),
  );
});

test('a field without a keeper goes, one that another manager applied stays', () => {
  const first = apply(undefined, { replicas: 1, paused: true });
  const shared = apply(first, { replicas: 1 }, 'b');
  expect(apply(shared, { minReadySeconds: 3 }).spec).toEqual({ replicas: 1, minReadySeconds: 3 });
});

test('a mapping that a manager owned as a whole stays for what another one owns in it', () => {
  const manager = { name: 'creator', operation: 'Update', subresource: '' } as const;
  const time = '2026-01-01T00:00:00Z';
  const made = trackUpdate(undefined, object({ paused: true }), { manager, schema, time });
  const handedOver = ownershipsOf(made).map((each) => ({
    ...each,
    manager: { ...manager, name: 'a', operation: 'Apply' as const },
  }));
  const shared = apply(withOwnerships(made, handedOver), { replicas: 1 }, 'b');
  expect(apply(shared, {}).spec).toEqual({ replicas: 1 });
});

test('an update takes a field away from who applied it, so the next apply of the old value is a conflict', () => {
  const live = apply(undefined, { replicas: 1 });
  const manager = { name: 'scaler', operation: 'Update', subresource: 'scale' } as const;
  const next = { ...live, spec: { replicas: 2 } };
  const scaled = trackUpdate(live, next, { manager, schema, time: '2026-01-02T00:00:00Z' });
  const result = applyObject(scaled, object({ replicas: 1 }), request('a'));
  expect(result).toEqual({
    ok: false,
    causes: [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "scaler" with subresource "scale" using apps/v1',
        field: '.spec.replicas',
      },
    ],
  });
});

test('conflicts with several managers are told one manager after the other', () => {
  const live = apply(apply(undefined, { replicas: 1 }, 'z'), { paused: true }, 'y');
  const result = applyObject(live, object({ replicas: 2, paused: false }), request('a'));
  const causes = result.ok ? [] : result.causes;
  expect(printConflictMessage(causes)).toBe(
    'Apply failed with 2 conflicts: conflicts with "y":\n- .spec.paused\nconflicts with "z":\n- .spec.replicas',
  );
});

test('force leaves the field with one owner', () => {
  const live = apply(undefined, { replicas: 1, paused: true }, 'z');
  const result = applyObject(live, object({ replicas: 2 }), request('a', true));
  const owners = result.ok ? ownershipsOf(result.object) : [];
  expect(owners.map(({ manager, fields }) => [manager.name, [...fields].map(printField)])).toEqual([
    ['z', ['.spec.paused']],
    ['a', ['.spec.replicas']],
  ]);
});

const containers = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('p', 'q', 'r'),
    image: fc.constantFrom('1', '2'),
    args: fc.option(fc.array(fc.constantFrom('u', 'v'), { minLength: 1 }), { nil: undefined }),
  }),
  { selector: ({ name }) => name, minLength: 1 },
);
const specs = fc.record({ replicas: fc.nat(3), list: containers }).map(({ replicas, list }) => ({
  replicas,
  // What is undefined cannot travel as JSON.
  ...(JSON.parse(JSON.stringify(withContainers(...list))) as JsonObject),
}));

test('applying twice is applying once, and the only manager gets just what it asked for', () => {
  fc.assert(
    fc.property(specs, specs, (before, after) => {
      const live = apply(apply(undefined, before), after);
      expect(live.spec).toEqual(after);
      expect(apply(live, after)).toEqual(live);
    }),
  );
});

test('a field set survives its way through FieldsV1', () => {
  fc.assert(
    fc.property(specs, (spec) => {
      const fields = fieldsOf({ spec }, schema);
      expect(fromFieldsV1(toFieldsV1(fields))).toEqual(fields);
    }),
  );
});
