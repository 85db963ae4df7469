/**
 * What Flotilla itself says in every run: types and keys of its events, outcomes, states, sections of the file. Where a
 * Secret holds one of these words, masking it would break what machines read, and tell the value to whoever knows
 * what stands there.
 */
export const ownWords: readonly string[] = [
  ...['run', 'step', 'task', 'started', 'opened', 'settled', 'progressed', 'recovered'],
  ...['run-started', 'run-settled', 'step-opened', 'step-settled'],
  ...['task-started', 'task-progressed', 'task-settled', 'task-recovered'],
  ...[
    'succeeded',
    'unchanged',
    'failed',
    'timed-out',
    'cancelled',
    'skipped',
    'superseded',
    'degraded',
    'halted',
  ],
  ...['in-sync', 'drifted', 'missing', 'never-deployed', 'progressing', 'current'],
  ...['create', 'change', 'delete', 'conflict'],
  ...['render', 'check', 'apply', 'wait'],
  ...['services', 'jobs', 'charts', 'service', 'job', 'chart', 'gate', 'removal', 'remove-environment'],
  ...['step-order', 'depends-on', 'needs', 'error', 'warning', 'hint', 'outcome', 'object', 'objects'],
  ...['setup', 'patch', 'teardown', 'release', 'release.remove_environment'],
];
