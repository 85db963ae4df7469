import type { FlagName } from './flags.js';

/** What decides, besides the files, what a deploy would do: `diff` and `plan --out` take them as `deploy` does. */
export const approvalFlags: readonly FlagName[] = [
  'context',
  'namespace',
  'kubeconfig',
  'cluster',
  'create-namespace',
  'force-conflicts',
  'replace',
  'rerun-jobs',
  'images',
  'take-ownership',
  'no-prune',
  'prune-stateful',
  'allow-empty',
];
