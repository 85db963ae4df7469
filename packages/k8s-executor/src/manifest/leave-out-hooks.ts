import type { Checked, Diagnostic } from '@flotilla/core';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { Manifest } from './parse-manifests.js';

const hookAnnotation = 'helm.sh/hook';

/**
 * A chart's objects without its hooks, which helm would run at moments of its own: applied like any object a
 * `pre-delete` job would run on every deploy. A warning names them all.
 */
export function leaveOutHooks(
  rendered: Checked<readonly Manifest[]>,
  chart: string,
): Checked<readonly Manifest[]> {
  if (!rendered.ok) return rendered;
  const hooks = rendered.value.filter((manifest) => hookOf(manifest) !== undefined);
  const [first] = hooks;
  if (first === undefined) return rendered;
  const named = hooks.map(
    (manifest) => `${printReference(referenceOf(manifest.object))} (${hookOf(manifest) ?? ''})`,
  );
  const warning: Diagnostic = {
    code: 'manifest/hook-ignored',
    severity: 'warning',
    message: `the chart ${chart} has hooks, which are not run: ${named.join(', ')}`,
    help: 'If the chart needs one, make it a job of the flotilla file, in a step before or after the chart.',
    span: first.span,
    related: [],
  };
  return {
    ...rendered,
    value: rendered.value.filter((manifest) => hookOf(manifest) === undefined),
    diagnostics: [...rendered.diagnostics, warning],
  };
}

function hookOf({ object }: Manifest): string | undefined {
  return object.metadata.annotations?.[hookAnnotation];
}
