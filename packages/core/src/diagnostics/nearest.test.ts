import fc from 'fast-check';
import { nearest } from './nearest.js';

test.each([
  ['Jobs', ['jobs', 'job_lists'], 'jobs'],
  ['typed', ['type', 'port'], 'type'],
  ['dependsOn', ['depends_on', 'image'], 'depends_on'],
  ['haltOnError', ['halt_on_error'], 'halt_on_error'],
  ['servcies', ['services'], 'services'],
  ['dbb', ['api', 'db'], 'db'],
  ['bd', ['db'], 'db'],
  ['wat', ['name', 'image'], undefined],
  ['x', ['y'], undefined],
  ['anything', [], undefined],
])('%s among %j is %s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});

test('a known word is nearest to itself, and a suggestion is always a known word', () => {
  const words = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(words, fc.string(), (known, word) => {
      expect(known.map((one) => nearest(one, [one]))).toEqual(known);
      const found = nearest(word, known);
      expect(found === undefined || known.includes(found)).toBe(true);
    }),
  );
});
