import fc from 'fast-check';
import { encodeJson } from './encode-json.js';

test('says the same as JSON, without the characters that YAML refuses or changes', () => {
  const awkward = fc.constantFrom(
    '\u007f',
    '\u0085',
    '\u009f',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '\uffff',
  );
  const text = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), awkward) });
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const encoded = encodeJson(value);
      expect(JSON.parse(encoded)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(encoded).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/);
    }),
  );
});
