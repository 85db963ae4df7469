import { WriteGate } from './write-gate.js';

const isThrottled = (value: string) => value === 'throttled';
const write = (gate: WriteGate, value: string) => gate.run(() => Promise.resolve(value), isThrottled);

test('starts at 32, halves on a refusal, never ends at none', async () => {
  const gate = new WriteGate();
  const limits = [gate.limit];
  for (let refusals = 0; refusals < 7; refusals += 1) {
    await write(gate, 'throttled');
    limits.push(gate.limit);
  }
  expect(limits).toEqual([32, 16, 8, 4, 2, 1, 1, 1]);
});

test('grows by one for each full round of accepted writes, up to 32', async () => {
  const gate = new WriteGate();
  for (let refusals = 0; refusals < 5; refusals += 1) await write(gate, 'throttled');
  const accepted = 1 + 2 + 3;
  for (let writes = 0; writes < accepted; writes += 1) await write(gate, 'done');
  expect(gate.limit).toBe(4);
  for (let writes = 0; writes < 1_000; writes += 1) await write(gate, 'done');
  expect(gate.limit).toBe(32);
});

test('writes that were refused together halve it once', async () => {
  const gate = new WriteGate();
  await Promise.all(Array.from({ length: 32 }, () => write(gate, 'throttled')));
  expect(gate.limit).toBe(16);
});

test('a write that throws gives its place back', async () => {
  const gate = new WriteGate();
  const failing = Array.from({ length: 40 }, () =>
    gate.run(() => Promise.reject(new Error('no')), isThrottled),
  );
  await Promise.allSettled(failing);
  expect(await write(gate, 'done')).toBe('done');
});
