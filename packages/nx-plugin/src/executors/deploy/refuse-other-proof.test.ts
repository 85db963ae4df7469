import { refuseOtherProof } from './refuse-other-proof';

const proved = { name: 'shop', workflow: 'setup', cluster: { uid: 'a', namespace: 'shop' } };

test('a proof of the very thing that is deployed is taken, also of a simulation', () => {
  expect(refuseOtherProof(proved, structuredClone(proved))).toBeUndefined();
  const simulated = { ...proved, cluster: { uid: null, namespace: null } };
  expect(refuseOtherProof(simulated, structuredClone(simulated))).toBeUndefined();
});

test.each([
  ['another namespace', { ...proved, cluster: { uid: 'a', namespace: 'staging' } }],
  ['another cluster', { ...proved, cluster: { uid: 'b', namespace: 'shop' } }],
  ['a cluster that cannot be told', { ...proved, cluster: { uid: null, namespace: 'shop' } }],
  ['a simulation', { ...proved, cluster: { uid: null, namespace: null } }],
  ['another workflow', { ...proved, workflow: 'data' }],
  ['another deployment', { ...proved, name: 'web' }],
])('a proof for %s is refused, and says how both get the same options', (_what, deployed) => {
  const refusal = refuseOtherProof(proved, deployed);
  expect(refusal?.message).toContain(
    'shop (workflow setup) in namespace shop of cluster a, but this deploys ',
  );
  expect(refusal?.help).toContain('"params": "forward", "options": "forward"');
});
