import { readFileSync, writeFileSync } from 'node:fs';
import { compilePlan } from '../compile/compile-plan.js';
import { diagnosticCatalog, type DiagnosticCode } from '../diagnostics/catalog.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { renderDiagnostics } from '../diagnostics/render-diagnostic.js';
import { deploymentFileJsonSchema } from '../parse/json-schema.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { errorExamples } from './error-examples.js';
import { formatFileFormat } from './format-file-format.js';

const docs = new URL('../../../../docs/', import.meta.url);

/** The committed text; `npm run docs` writes it anew. */
function committed(name: string, generated: string): string {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(new URL(name, docs), generated);
  return readFileSync(new URL(name, docs), 'utf8');
}

function diagnose(text: string): readonly Diagnostic[] {
  const parsed = parseDeploymentFile(
    { path: 'flotilla.yaml', text },
    { folderName: 'shop', parameters: {}, environment: {} },
  );
  return parsed.ok ? [...parsed.diagnostics, ...compilePlan(parsed.value).diagnostics] : parsed.diagnostics;
}

const fence = '```';

function formatError(code: DiagnosticCode): string {
  const { title, severity } = diagnosticCatalog[code];
  const head = `## ${code}\n\n${title} (${severity}).\n`;
  const example = errorExamples[code];
  if (example === undefined) return head;
  const found = diagnose(example).filter((diagnostic) => diagnostic.code === code);
  const printed = renderDiagnostics(found.slice(0, 1), { color: false });
  return `${head}\n${fence}yaml\n${example}${fence}\n\n${fence}text\n${printed}\n${fence}\n`;
}

const codes = Object.keys(diagnosticCatalog) as readonly DiagnosticCode[];
const intro =
  '<!-- Written by `npm run docs`; do not edit. -->\n\n# What Flotilla says of files\n\nEvery code, with a file that brings it about and what is printed. `manifest/…` is found in the objects that a task\ndeploys; `load/…` in the files that it includes; `compile/barrier-costs` needs recorded durations. Those come without an example.\n';

test('docs/errors.md says what is printed (write it anew by `npm run docs`)', () => {
  const text = [intro, ...codes.map(formatError)].join('\n');
  expect(committed('errors.md', text)).toBe(text);
});

test.each(codes.filter((code) => !/^(load|manifest)\//.test(code) && code !== 'compile/barrier-costs'))(
  '%s is found in its example',
  (code) => {
    expect(diagnose(errorExamples[code] ?? '').map((diagnostic) => diagnostic.code)).toContain(code);
  },
);

test('docs/file-format.md lists every key (write it anew by `npm run docs`)', async () => {
  const text = formatFileFormat(await deploymentFileJsonSchema());
  expect(committed('file-format.md', text)).toBe(text);
});
