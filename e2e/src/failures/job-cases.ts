import { allowNoPods } from './cluster-cases.js';
import type { FailureCase } from './failure-case.js';
import { job } from './manifests.js';

/** What runs to its end. */
export const jobCases: readonly FailureCase[] = [
  {
    title: 'a job that fails',
    task: 'job',
    objects: [
      job({ behaviour: { mode: 'fail', 'exit-code': '7', logs: 'migrating\nERROR: column "price" exists' } }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a job that fails at every try it has',
    task: 'job',
    objects: [job({ spec: { backoffLimit: 1 }, behaviour: { mode: 'fail', logs: 'no route to host db' } })],
    outcome: 'failed',
  },
  {
    title: 'a job that is retried and then good',
    task: 'job',
    objects: [job({ spec: { backoffLimit: 2 }, behaviour: { mode: 'fail', 'fail-pods': '1' } })],
    outcome: 'succeeded',
  },
  {
    title: 'a job whose container is restarted and then good',
    task: 'job',
    objects: [
      job({
        spec: { backoffLimit: 5 },
        pod: { restartPolicy: 'OnFailure' },
        behaviour: { mode: 'crash-loop', 'fail-times': '2' },
      }),
    ],
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a job that takes longer than its deadline',
    task: 'job',
    objects: [job({ behaviour: { 'run-ms': '600000', logs: 'step 1 of 9' } })],
    // Only now: it must have said something, however long its pod took to start.
    during: async ({ shop, awaitSaid }) => {
      await awaitSaid('step 1 of 9');
      await shop.kubectl(['patch', 'job', 'seed', '-p', '{"spec":{"activeDeadlineSeconds":1}}']);
    },
    outcome: 'failed',
  },
  {
    title: 'a job whose exit code must not be retried',
    task: 'job',
    objects: [
      job({
        spec: {
          backoffLimit: 6,
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }],
          },
        },
        behaviour: { mode: 'fail', 'exit-code': '42', logs: 'schema is newer than this version' },
      }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a job whose pod its node evicts',
    task: 'job',
    objects: [job({ spec: { backoffLimit: 1 }, behaviour: { mode: 'evicted', 'fail-pods': '1' } })],
    outcome: 'succeeded',
  },
  {
    title: 'a job whose image is not there',
    task: 'job',
    objects: [job({ image: 'registry.example/acme/migrate:9', behaviour: { mode: 'image-pull' } })],
    outcome: 'failed',
  },
  {
    title: 'a job that nobody may create pods for',
    task: 'job',
    objects: [job()],
    before: allowNoPods,
    outcome: 'failed',
  },
  {
    title: 'several pods at once, by index',
    task: 'job',
    objects: [job({ spec: { completions: 3, parallelism: 2, completionMode: 'Indexed' } })],
    outcome: 'succeeded',
  },
  {
    title: 'a job with a sidecar',
    task: 'job',
    objects: [
      job({ pod: { initContainers: [{ name: 'proxy', image: 'acme/proxy:1', restartPolicy: 'Always' }] } }),
    ],
    outcome: 'succeeded',
  },
  {
    title: 'a job that Kubernetes removes as soon as it is done',
    task: 'job',
    objects: [job({ spec: { ttlSecondsAfterFinished: 0 } })],
    outcome: 'succeeded',
  },
  {
    title: 'a failed job that Kubernetes removes as soon as it is done',
    task: 'job',
    objects: [
      job({
        spec: { ttlSecondsAfterFinished: 0 },
        behaviour: { mode: 'fail', 'exit-code': '9', 'until-read': 'true' },
      }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a suspended job',
    task: 'job',
    objects: [job({ spec: { suspend: true } })],
    words: ['--timeout', '16s'],
    racing: /^Normal Suspended/,
    outcome: 'timed-out',
  },
];
