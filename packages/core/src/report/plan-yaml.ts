import { stringify } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Plan } from '../domain/plan.js';
import { planToJson, type PlanIdentity } from './plan-json.js';

/** The document of `planToJson` as YAML. */
export function planToYaml(
  plan: Plan | undefined,
  diagnostics: readonly Diagnostic[],
  identity: PlanIdentity,
): string {
  return stringify(planToJson(plan, diagnostics, identity), { aliasDuplicateObjects: false, lineWidth: 0 });
}
