/** How much a diagnostic weighs: an error stops the command, a warning is a likely mistake, a hint is advice. */
export type Severity = 'error' | 'warning' | 'hint';

/**
 * Every code a diagnostic can have. A code is permanent: people silence and search for it. The part before
 * the slash is the layer that finds the mistake. Keep the list sorted.
 */
export const diagnosticCatalog = {
  'compile/barrier-costs': { severity: 'hint', title: 'A barrier costs more than it protects' },
  'compile/catch-all-circle': { severity: 'warning', title: 'depends_on goes in a circle inside an X.all' },
  'compile/catch-all-empty': { severity: 'warning', title: 'An X.all with nothing left to stand for' },
  'compile/cycle': { severity: 'error', title: 'Tasks wait for each other in a circle' },
  'compile/dependency-inside-step': {
    severity: 'warning',
    title: 'A task depends on another task of its step',
  },
  'compile/dependency-into-no-wait-step': {
    severity: 'hint',
    title: 'A task depends on a task of a step that is not waited for',
  },
  'compile/dependency-on-later-step': {
    severity: 'warning',
    title: 'A task depends on a task of a later step',
  },
  'compile/dependency-overruled': { severity: 'hint', title: 'needs overrules depends_on' },
  'compile/duplicate-name': { severity: 'error', title: 'A name stands twice' },
  'compile/job-missing-in-patch': { severity: 'warning', title: 'patch forgets a job that setup runs' },
  'compile/left-out': { severity: 'warning', title: 'A task of Release that Flotilla cannot run' },
  'compile/nothing-defined': { severity: 'warning', title: 'A file that defines nothing to deploy' },
  'compile/unknown-need': { severity: 'error', title: 'needs names nothing of this workflow' },
  'compile/unknown-task': { severity: 'error', title: 'A task that the file does not define' },
  'compile/unused-service': { severity: 'warning', title: 'A service that no workflow deploys' },
  'load/include-ignored': { severity: 'warning', title: 'What an included file says of more than its tasks' },
  'load/include-missing': { severity: 'error', title: 'An included file that cannot be read' },
  'load/include-nested': { severity: 'error', title: 'An included file that includes others' },
  'manifest/bad-name': { severity: 'error', title: 'A name that Kubernetes does not take' },
  'manifest/bad-object': { severity: 'error', title: 'An object without apiVersion, kind or name' },
  'manifest/duplicate-object': { severity: 'error', title: 'An object that two tasks deploy' },
  'manifest/hook-ignored': { severity: 'warning', title: 'A hook of helm, which is not run' },
  'manifest/missing-image': { severity: 'error', title: 'A service or job without an image' },
  'manifest/no-match': { severity: 'error', title: 'A path or pattern that matches no file' },
  'manifest/no-namespace': { severity: 'error', title: 'A namespace that does not exist' },
  'manifest/not-yaml': { severity: 'error', title: 'A manifest that is not YAML' },
  'manifest/owned-by-another': { severity: 'error', title: 'An object that belongs to another deployment' },
  'manifest/ready-unused': { severity: 'warning', title: 'A ready rule that judges no object' },
  'manifest/ready-wrong': { severity: 'error', title: 'A ready rule that is no expression in CEL' },
  'manifest/rejected': { severity: 'error', title: 'An object that the API server does not take' },
  'manifest/render-failed': { severity: 'error', title: 'A kustomization or chart that does not render' },
  'manifest/untried': { severity: 'warning', title: 'An object that could not be tried beforehand' },
  'manifest/unknown-kind': { severity: 'error', title: 'A kind that the cluster does not know' },
  'parse/bad-alias': { severity: 'error', title: 'An alias or merge that cannot be followed' },
  'parse/bad-value': { severity: 'error', title: 'A value of the wrong type or form' },
  'parse/both-forms': { severity: 'error', title: 'A workflow with both order_from and parallelize' },
  'parse/depends-on-ignored': { severity: 'warning', title: 'depends_on outside services' },
  'parse/duplicate-key': { severity: 'error', title: 'A key stands twice in one mapping' },
  'parse/duplicate-name': { severity: 'error', title: 'Two definitions with one name' },
  'parse/empty-file': { severity: 'error', title: 'A file that says nothing' },
  'parse/empty-step': { severity: 'error', title: 'A step without tasks' },
  'parse/missing-key': { severity: 'error', title: 'A required key is missing' },
  'parse/neither-form': { severity: 'error', title: 'A workflow with neither order_from nor parallelize' },
  'parse/not-supported': { severity: 'warning', title: 'Something of Release that Flotilla cannot do' },
  'parse/not-yaml': { severity: 'error', title: 'The file is not YAML' },
  'parse/octal-number': { severity: 'warning', title: 'A number with a leading zero is octal' },
  'parse/several-documents': { severity: 'error', title: 'More than one YAML document' },
  'parse/several-sources': { severity: 'error', title: 'Objects from more than one source' },
  'parse/step-in-order-from': { severity: 'error', title: 'step: or tasks: under order_from' },
  'parse/unknown-key': { severity: 'warning', title: 'A key that Flotilla does not know' },
  'parse/unknown-name': { severity: 'error', title: 'A name that the file does not define' },
  'parse/unknown-tag': { severity: 'warning', title: 'A YAML tag that means nothing here' },
  'parse/unknown-variable': { severity: 'error', title: 'A ${…} that stands for nothing' },
} as const satisfies Record<string, { readonly severity: Severity; readonly title: string }>;

export type DiagnosticCode = keyof typeof diagnosticCatalog;
