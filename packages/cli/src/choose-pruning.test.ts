import { choosePruning } from './choose-pruning.js';

const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };

/** What a person who answers so is asked, and whether the claim goes. */
async function confirm(
  answer: string,
): Promise<{ readonly asked: string; readonly goes: boolean | undefined }> {
  let asked = '';
  const ask = (question: string) => {
    asked = question;
    return Promise.resolve(answer);
  };
  const { confirmStateful } = choosePruning({ flags: { has: () => false }, ports: { ask } });
  return { goes: await confirmStateful?.([claim]), asked };
}

it.each([
  { answer: 'y', goes: true },
  { answer: ' Yes ', goes: true },
  { answer: '', goes: false },
  { answer: 'n', goes: false },
  { answer: 'yesterday', goes: false },
])('"$answer" to the question about what holds data: $goes', async ({ answer, goes }) => {
  const told = await confirm(answer);
  expect(told.goes).toBe(goes);
  expect(told.asked).toContain('PersistentVolumeClaim shop/data');
});

it('nobody is asked without a terminal, or with --yes', () => {
  const ask = () => Promise.resolve('y');
  const silent = choosePruning({ flags: { has: () => false }, ports: { ask: undefined } });
  const agreed = choosePruning({ flags: { has: (name: string) => name === 'yes' }, ports: { ask } });
  expect([silent.confirmStateful, agreed.confirmStateful]).toEqual([undefined, undefined]);
});
