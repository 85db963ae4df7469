import type { Diagnostic, Refusal } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf, kindKey, scopesOfCrds } from '../manifest/kind-scope.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { findForbidden } from './access-review.js';
import { isUnchanged } from './apply-objects.js';
import { mapBounded } from './map-bounded.js';
import { immutableFields, printFailure } from './print-failure.js';
import type { RunContext } from './run-context.js';

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
  const changing = await changingOf(manifests, context);
  const namespaces = await missingNamespaces(changing, context);
  const absent = changing.filter(({ object }) => !isBrought(object, manifests, namespaces));
  const [answers, forbidden] = await Promise.all([
    mapBounded(absent, context.applyConcurrency, (manifest) => dryRun(manifest, context)),
    findForbidden(
      changing.map((manifest) => manifest.object),
      context.cluster,
    ),
  ]);
  const failures = answers.filter((answer) => answer !== undefined);
  const unreachable = failures
    .map(({ failure }) => failure)
    .find((failure) => failure.kind === 'unreachable');
  if (unreachable !== undefined) return { diagnostics: [], refusal: printUnreachable(unreachable) };
  const denied = failures.filter(
    ({ failure }) => failure.kind === 'status' && failure.code === 403 && isRbac(failure),
  );
  if (forbidden.length > 0 || denied.length > 0) {
    return {
      diagnostics: [],
      refusal: printForbidden(
        forbidden,
        denied.map(({ failure }) => failure),
      ),
    };
  }
  const diagnostics = await Promise.all(failures.map((failed) => rejected(failed, context)));
  return { diagnostics: uniqueByMessage(diagnostics) };
}

async function changingOf(manifests: readonly Manifest[], context: RunContext): Promise<readonly Manifest[]> {
  const checked = await Promise.all(
    manifests.map(async ({ object }) => {
      const live = await context.live.find(object);
      return live !== undefined && isUnchanged(object, live);
    }),
  );
  return manifests.filter((_, index) => checked[index] !== true);
}

/** Namespaces that the plan brings and the cluster does not have yet. */
async function missingNamespaces(
  manifests: readonly Manifest[],
  { cluster }: RunContext,
): Promise<ReadonlySet<string>> {
  const brought = manifests.filter(({ object }) => object.apiVersion === 'v1' && object.kind === 'Namespace');
  const found = await Promise.all(brought.map(({ object }) => cluster.get(referenceOf(object))));
  const missing = brought.filter((_, index) => {
    const result = found[index];
    return result?.ok === true && result.value === undefined;
  });
  return new Set(missing.map(({ object }) => object.metadata.name));
}

/** Objects whose namespace or kind this very plan brings cannot be tried before it is there. */
function isBrought(
  object: KubeObject,
  manifests: readonly Manifest[],
  namespaces: ReadonlySet<string>,
): boolean {
  if (namespaces.has(object.metadata.namespace ?? '')) return true;
  return scopesOfCrds(manifests.map((manifest) => manifest.object)).has(
    kindKey(groupOf(object.apiVersion), object.kind),
  );
}

interface Failed {
  readonly manifest: Manifest;
  readonly failure: ApiFailure;
}

async function dryRun(manifest: Manifest, context: RunContext): Promise<Failed | undefined> {
  const { object } = manifest;
  const result = await context.cluster.apply(object, { dryRun: true, force: context.force });
  if (result.ok) return undefined;
  // Jobs and pods are made anew when they change.
  const remade = object.kind === 'Job' || object.kind === 'Pod';
  if (remade && immutableFields(result.failure) !== undefined) return undefined;
  return { manifest, failure: result.failure };
}

/** Admission says 403 too; only the authorizer's answer is about who we are. */
function isRbac(failure: ApiFailure): boolean {
  return (
    failure.kind === 'status' && /cannot (?:patch|create|update|get|list) resource/.test(failure.message)
  );
}

async function rejected({ manifest, failure }: Failed, context: RunContext): Promise<Diagnostic> {
  const conflict = failure.kind === 'status' && failure.code === 409;
  const live = conflict ? await context.cluster.get(referenceOf(manifest.object)) : undefined;
  const printed = printFailure(failure, manifest.object, live?.ok === true ? live.value : undefined);
  return {
    code: 'manifest/rejected',
    severity: 'error',
    message: context.redactor.redact(printed.cause),
    ...(printed.advice !== undefined && { help: printed.advice }),
    span: manifest.span,
    related: [],
  };
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
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  return {
    exitCode: 69,
    message: `the API server does not answer: ${why}`,
    help: 'Check that the cluster runs and that the kube context is the right one.',
  };
}

/** One missing namespace is one mistake, however many objects want to go there. */
function uniqueByMessage(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [
    ...new Map([...diagnostics].reverse().map((diagnostic) => [diagnostic.message, diagnostic])).values(),
  ].reverse();
}
