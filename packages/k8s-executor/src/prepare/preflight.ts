import type { Diagnostic, Refusal } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { findForbidden } from './access-review.js';
import { isOverload, overloadAdvice, printOverload } from '../api-errors/overload.js';
import { immutableFields } from '../api-errors/immutable-fields.js';
import { mapBounded } from '../objects/map-bounded.js';
import { namespaceDiagnostics, ownNamespace } from './missing-namespaces.js';
import { isRbac, printFailure, readForFailure } from '../api-errors/print-failure.js';
import type { RunContext } from '../tasks/run-context.js';
import { surveyPlan } from './survey-plan.js';
import type { Changing, PlanSurvey } from './survey-plan.js';
import { tryObject } from './try-object.js';
import type { Trial } from './try-object.js';

/** `diagnostics`: errors for which nothing may be written; warnings for what could not be tried. */
export interface PreflightResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly refusal?: Refusal;
}

/**
 * Lets the server dry-run every object that would be written, and asks whether we may do all that the run will do.
 * What already is as asked needs neither.
 */
export async function preflight(
  manifests: readonly Manifest[],
  context: RunContext,
): Promise<PreflightResult> {
  const survey = await surveyPlan(manifests, context);
  const { changing, absentNamespaces, lackingNamespaces } = survey;
  const createsOwn = absentNamespaces.has(context.namespace) && context.createNamespace;
  const written = changing.map(({ manifest }) => manifest.object);
  const [tried, forbidden] = await Promise.all([
    mapBounded(changing, context.applyConcurrency, async (each) => ({
      manifest: each.manifest,
      trial: await tryChanging(each, survey, context),
    })),
    findForbidden([...(createsOwn ? [ownNamespace(context)] : []), ...written], context),
  ]);
  const failures = tried.flatMap(({ manifest, trial }) =>
    trial.kind === 'refused' ? [{ manifest, failure: trial.failure }] : [],
  );
  const refusal = refusalOf(failures, forbidden);
  if (refusal !== undefined) return { diagnostics: [], refusal };
  const diagnostics = await Promise.all(failures.map((failed) => rejected(failed, context)));
  const lacking = namespaceDiagnostics(
    lackingNamespaces,
    changing.map(({ manifest }) => manifest),
    context.namespace,
  );
  return {
    diagnostics: [
      ...lacking,
      ...diagnostics,
      ...tried.flatMap(({ manifest, trial }) => untried(manifest, trial)),
    ],
  };
}

async function tryChanging(
  { manifest: { object }, live }: Changing,
  { absentNamespaces, isPending }: PlanSurvey,
  context: RunContext,
): Promise<Trial> {
  if (isPending(object)) return { kind: 'untried' };
  return absentNamespaces.has(object.metadata.namespace ?? '')
    ? await tryElsewhere(object, context)
    : await tryObject(object, context, { live });
}

/** The refusal that ends a run before it has begun: no answer, or no right. */
export function refusalOf(
  failures: readonly Failed[],
  forbidden: readonly string[] = [],
): Refusal | undefined {
  const unreachable = failures
    .map(({ failure }) => failure)
    .find((failure) => failure.kind === 'unreachable' || isOverload(failure));
  if (unreachable !== undefined) return printUnreachable(unreachable);
  const denied = failures.map(({ failure }) => failure).filter(isRbac);
  return forbidden.length > 0 || denied.length > 0 ? printForbidden(forbidden, denied) : undefined;
}

/** An object that the API server does not take, and why. */
export interface Failed {
  readonly manifest: Manifest;
  readonly failure: ApiFailure;
}

/**
 * An object whose namespace does not exist yet is tried in `default`: only what is wrong with the object itself
 * counts, not what `default` holds or allows.
 */
async function tryElsewhere(object: KubeObject, context: RunContext): Promise<Trial> {
  const elsewhere = { ...object, metadata: { ...object.metadata, namespace: 'default' } };
  const trial = await tryObject(elsewhere, context, { force: true });
  return trial.kind === 'refused' && !isAboutObject(trial.failure) ? { kind: 'untried' } : trial;
}

function isAboutObject(failure: ApiFailure): boolean {
  if (failure.kind !== 'status') return true;
  // A value of the wrong type is told as an error of the server (500).
  if (/failed to create typed patch object/.test(failure.message)) return true;
  if (failure.code !== 400 && failure.code !== 422) return false;
  return immutableFields(failure) === undefined && !/webhook|denied request/i.test(failure.message);
}

/** The mistake that a refused object is, at its place in the files. */
export async function rejected({ manifest, failure }: Failed, context: RunContext): Promise<Diagnostic> {
  const live = await readForFailure(failure, manifest.object, context.cluster);
  const printed = printFailure(failure, manifest.object, { live, facts: context.facts });
  return {
    code: 'manifest/rejected',
    severity: 'error',
    message: context.redactor.redact(printed.cause),
    ...(printed.advice !== undefined && { help: printed.advice }),
    span: manifest.span,
    related: [],
  };
}

/** A warning at an object that nobody could try; none where that is a matter of course. */
export function untried(
  { span }: Manifest,
  trial: { readonly kind: string; readonly why?: string },
): readonly Diagnostic[] {
  if (trial.kind !== 'untried' || trial.why === undefined) return [];
  return [{ code: 'manifest/untried', severity: 'warning', message: trial.why, span, related: [] }];
}

function printForbidden(forbidden: readonly string[], failures: readonly ApiFailure[]): Refusal {
  const answers = failures.flatMap((failure) => (failure.kind === 'status' ? [failure.message] : []));
  const what = forbidden.length > 0 ? forbidden : [...new Set(answers)];
  return {
    exitCode: 77,
    message: `you may not do what this run needs: ${what.join('; ')}`,
    help: 'Ask whoever runs the cluster for these rights, or use a context that has them.',
  };
}

export function printUnreachable(failure: ApiFailure): Refusal {
  if (isOverload(failure))
    return { exitCode: 69, message: `the API server ${printOverload(failure)}`, help: overloadAdvice };
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  return {
    exitCode: 69,
    message: `the API server does not answer: ${why}`,
    help: 'Check that the cluster runs and that the kube context is the right one.',
  };
}
