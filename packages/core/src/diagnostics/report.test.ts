import { createReport } from './report.js';

const file = { path: 'f.yaml', text: 'abc' };
const spanAt = (start: number) => ({ file, start, end: start + 1 });

test('sorts by position, takes the severity of the catalogue, and forgets repetitions', () => {
  const report = createReport();
  report.add({ code: 'parse/bad-value', message: 'second', span: spanAt(2) });
  report.add({ code: 'parse/unknown-key', message: 'first', span: spanAt(0), help: 'Look.' });
  report.add({ code: 'parse/bad-value', message: 'second', span: spanAt(2) });
  report.add({ code: 'parse/unknown-key', severity: 'error', message: 'louder', span: spanAt(1) });
  expect(report.diagnostics()).toEqual([
    {
      code: 'parse/unknown-key',
      severity: 'warning',
      message: 'first',
      help: 'Look.',
      span: spanAt(0),
      related: [],
    },
    { code: 'parse/unknown-key', severity: 'error', message: 'louder', span: spanAt(1), related: [] },
    { code: 'parse/bad-value', severity: 'error', message: 'second', span: spanAt(2), related: [] },
  ]);
});
