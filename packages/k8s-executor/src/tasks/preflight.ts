import type { Diagnostic, Refusal } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf, kindKey, scopesOfCrds } from '../manifest/kind-scope.js';
import type { Manifest } from '../manifest/parse-manifests.js';
import { findForbidden } from './access-review.js';
import { forces, isUnchanged } from './apply-objects.js';
import { mapBounded } from './map-bounded.js';
import { immutableFields, isRbac, printFailure, readForFailure } from './print-failure.js';
import {
  findMissingNamespaces,
  isNamespace,
  namespaceDiagnostics,
  ownNamespace,
} from './missing-namespaces.js';
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
  const absent = await findMissingNamespaces(changing, context);
  const brought = broughtNamespaces(manifests, context);
  const lacking = new Set([...absent].filter((name) => !brought.has(name)));
  const triable = changing.filter(({ object }) => !isBroughtKind(object, manifests));
  const created = absent.has(context.namespace) && context.createNamespace ? [ownNamespace(context)] : [];
  const [answers, forbidden] = await Promise.all([
    mapBounded(triable, context.applyConcurrency, (manifest) =>
      absent.has(manifest.object.metadata.namespace ?? '')
        ? dryRunElsewhere(manifest, context)
        : dryRun(manifest, context),
    ),
    findForbidden([...created, ...changing.map((manifest) => manifest.object)], context.cluster),
  ]);
  const failures = answers.filter((answer) => answer !== undefined);
  const refusal = refusalOf(failures, forbidden);
  if (refusal !== undefined) return { diagnostics: [], refusal };
  const diagnostics = await Promise.all(failures.map((failed) => rejected(failed, context)));
  return { diagnostics: [...namespaceDiagnostics(lacking, changing, context.namespace), ...diagnostics] };
}

function refusalOf(failures: readonly Failed[], forbidden: readonly string[]): Refusal | undefined {
  const unreachable = failures
    .map(({ failure }) => failure)
    .find((failure) => failure.kind === 'unreachable');
  if (unreachable !== undefined) return printUnreachable(unreachable);
  const denied = failures.map(({ failure }) => failure).filter(isRbac);
  return forbidden.length > 0 || denied.length > 0 ? printForbidden(forbidden, denied) : undefined;
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

/** Namespaces that will be there when they are needed, whether they are now or not. */
function broughtNamespaces(
  manifests: readonly Manifest[],
  { createNamespace, namespace }: RunContext,
): ReadonlySet<string> {
  const names = manifests.map(({ object }) => object).filter(isNamespace);
  return new Set([...names.map((object) => object.metadata.name), ...(createNamespace ? [namespace] : [])]);
}

/** Objects whose kind this very plan brings cannot be tried before it is there. */
function isBroughtKind(object: KubeObject, manifests: readonly Manifest[]): boolean {
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
  const result = await context.cluster.apply(object, { dryRun: true, force: forces(object, context) });
  if (result.ok) return undefined;
  // Jobs and pods are made anew when they change.
  const remade = object.kind === 'Job' || object.kind === 'Pod';
  if (remade && immutableFields(result.failure) !== undefined) return undefined;
  return { manifest, failure: result.failure };
}

/**
 * An object whose namespace does not exist yet is tried in `default`: only what is wrong with the object itself
 * counts, not what `default` holds or allows.
 */
async function dryRunElsewhere({ object, span }: Manifest, context: RunContext): Promise<Failed | undefined> {
  const tried = { ...object, metadata: { ...object.metadata, namespace: 'default' } };
  const result = await context.cluster.apply(tried, { dryRun: true, force: true });
  if (result.ok || !isAboutObject(result.failure)) return undefined;
  return { manifest: { object, span }, failure: result.failure };
}

function isAboutObject(failure: ApiFailure): boolean {
  if (failure.kind !== 'status') return true;
  if (failure.code !== 400 && failure.code !== 422) return false;
  return immutableFields(failure) === undefined && !/webhook|denied request/i.test(failure.message);
}

async function rejected({ manifest, failure }: Failed, context: RunContext): Promise<Diagnostic> {
  const live = await readForFailure(failure, manifest.object, context.cluster);
  const printed = printFailure(failure, manifest.object, live);
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
