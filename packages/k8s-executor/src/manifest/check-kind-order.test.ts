import { compilePlan, parseDeploymentFile } from '@flotilla/core';
import type { TaskNode } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { checkKindOrder } from './check-kind-order.js';

const definition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.acme.test' },
  spec: {
    group: 'acme.test',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets' },
    versions: [{ name: 'v1', served: true, storage: true }],
  },
};
const gadget = (name: string): KubeObject => ({
  apiVersion: 'acme.test/v1',
  kind: 'Gadget',
  metadata: { name },
});

const span = { file: { path: 'app.yaml', text: '' }, start: 0, end: 0 };
const workflow = (rest: string) =>
  `services:\n- {name: app, manifests: [a.yaml]}\n- {name: crds, manifests: [b.yaml]}\n${rest}`;

/** What is said of a plan in which `app` has the objects of `app`, and `crds` the definition. */
async function check(text: string, app: readonly KubeObject[] = [gadget('a'), gadget('b')], known = false) {
  const parsed = parseDeploymentFile(
    { path: 'flotilla.yaml', text },
    { folderName: 'shop', parameters: {}, environment: {} },
  );
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join());
  const plan = compilePlan(parsed.value, {});
  if (!plan.ok) throw new Error(plan.diagnostics.map(({ message }) => message).join());
  const objectsOf = ({ name }: TaskNode) => (name === 'app' ? app : [definition]);
  const tasks = plan.value.tasks.map((task) => ({
    task,
    manifests: objectsOf(task).map((object) => ({ object, span })),
  }));
  return checkKindOrder(tasks, plan.value, () => Promise.resolve(known ? 'namespaced' : undefined));
}

test('a kind that another task brings is waited for, or it is said once what to do', async () => {
  const [diagnostic, ...more] = await check(workflow(''));
  expect(more).toEqual([]);
  expect(diagnostic).toMatchObject({
    code: 'manifest/unknown-kind',
    message:
      'services.app has a Gadget (acme.test/v1), a kind that services.crds brings, and does not wait for it',
    help: expect.stringContaining('Let services.app wait for services.crds (depends_on') as string,
  });
});

test.each([
  ['depends_on', workflow('').replace('a.yaml]', 'a.yaml], depends_on: [crds]')],
  [
    'a later step',
    workflow('workflows:\n- name: setup\n  order_from:\n  - services.crds\n  - services.app\n'),
  ],
])('%s is an order', async (_, text) => {
  expect(await check(text)).toEqual([]);
});

test('nothing is said of a kind that the cluster knows, or that the task brings itself too', async () => {
  expect(await check(workflow(''), [gadget('a')], true)).toEqual([]);
  expect(await check(workflow(''), [definition, gadget('a')])).toEqual([]);
});
