import { decodeUtf8 } from './decode-utf8.js';

const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);

test('UTF-8 is read as it is, with a mark of its byte order and a character that says "unknown"', () => {
  expect(decodeUtf8(bytes('\uFEFFname: café \uFFFD', 'utf8'))).toBe('\uFEFFname: café \uFFFD');
});

test('bytes that are no UTF-8 become what no parser takes for text', () => {
  expect(decodeUtf8(bytes('name: café', 'latin1'))).toBe('name: caf\uDCFF');
});
