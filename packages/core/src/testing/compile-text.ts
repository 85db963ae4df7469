import { compilePlan } from '../compile/compile-plan.js';
import type { Checked } from '../diagnostics/diagnostic.js';
import { renderDiagnostics } from '../diagnostics/render-diagnostic.js';
import type { Plan } from '../domain/plan.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';

/** The plan of a workflow (default: the file's default one) of a flotilla file. Throws, with the diagnostics, for a file with errors. */
export function compileText(text: string, workflow?: string): Plan {
  const file = { path: 'flotilla.yaml', text };
  const parsed = valueOf(
    parseDeploymentFile(file, { folderName: 'folder', parameters: {}, environment: {} }),
  );
  return valueOf(compilePlan(parsed, { ...(workflow !== undefined && { workflow }) }));
}

function valueOf<Value>(result: Checked<Value>): Value {
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics, { color: false }));
  return result.value;
}
