import fc from 'fast-check';
import { markup } from './markup.js';

test('text is escaped for content and for attributes, markup is not', () => {
  const inner = markup`<b>${'<i>'}</b>`;
  expect(markup`<p title="${'"a" & \'b\''}">${inner}${[inner, inner]}</p>`.markup).toBe(
    '<p title="&quot;a&quot; &amp; &#39;b&#39;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b><b>&lt;i&gt;</b></p>',
  );
});

test('characters that no XML may hold are replaced', () => {
  expect(markup`${'a\u0000\u0008\ud800\ufffeb\n'}`.markup).toBe('a\ufffd\ufffd\ufffd\ufffdb\n');
});

test('whatever is put in stays text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(markup`${text}`.markup).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('numbers are rounded to tenths of a pixel', () => {
  expect(markup`${1.23456}`.markup).toBe('1.2');
});
