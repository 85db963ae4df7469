import type { Json } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { printFailure } from './print-failure.js';

const desired: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', namespace: 'n' },
  spec: { replicas: 2 },
};

test('a conflict names field, both managers and both values', () => {
  const causes = [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-edit" using apps/v1',
      field: '.spec.replicas',
    },
  ];
  const other = { ...desired, spec: { replicas: 5 } };
  const failure = { kind: 'status', code: 409, reason: 'Conflict', message: 'Apply failed', causes } as const;
  expect(printFailure(failure, desired, { live: other }).cause).toBe(
    'Deployment n/a: conflict with another field manager: .spec.replicas belongs to "kubectl-edit" (flotilla: 2, kubectl-edit: 5). "kubectl-edit" is somebody\'s hand: `kubectl edit`',
  );
});

describe('a conflict over a field that is owned as a whole', () => {
  const crd = (versions: Json): KubeObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'certs.acme.example' },
    spec: { versions },
  });
  const version = (columns: Json, schema: string) => [
    { name: 'v1', additionalPrinterColumns: columns, schema: { description: schema } },
  ];
  const causes = [
    { reason: 'FieldManagerConflict', message: 'conflict with "eve" using v1', field: '.spec.versions' },
  ];
  const failure = { kind: 'status', code: 409, reason: 'Conflict', message: 'Apply failed', causes } as const;
  const cause = (asked: Json, live: Json) => printFailure(failure, crd(asked), { live: crd(live) }).cause;
  const said =
    'CustomResourceDefinition certs.acme.example: conflict with another field manager: .spec.versions';

  test('names what differs in it, not all of it', () => {
    expect(
      cause(
        version([{ name: 'Ready', priority: 1 }], 'x'.repeat(10_000)),
        version([{ name: 'Ready', priority: 2, format: '' }], 'x'.repeat(10_000)),
      ),
    ).toBe(
      `${said} belongs to "eve" in .spec.versions[name="v1"].additionalPrinterColumns[name="Ready"].priority (flotilla: 1, eve: 2)`,
    );
  });

  test('says of long values only how long they are: no part of a secret gets past the redactor', () => {
    const [ours, theirs] = ['ours', 'theirs'].map((end) => version([], `${'x'.repeat(10_000)}${end}`));
    expect(cause(ours ?? [], theirs ?? [])).toBe(
      `${said} belongs to "eve" in .spec.versions[name="v1"].schema.description (flotilla: 10006 characters, eve: 10008 characters)`,
    );
  });

  test('says what others have added', () => {
    expect(cause([{ name: 'v1' }], [{ name: 'v1' }, { name: 'v2', served: true }])).toBe(
      `${said} belongs to "eve" in .spec.versions[name="v2"].name (flotilla: not set, eve: "v2"), in .spec.versions[name="v2"].served (flotilla: not set, eve: true)`,
    );
  });

  test('counts what it does not show', () => {
    const labels = (value: string) => ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, value }));
    expect(cause(labels('1'), labels('2'))).toContain(
      '.spec.versions[name="c"].value (flotilla: "1", eve: "2") and in 2 more fields, which flotilla diff shows',
    );
  });
});
