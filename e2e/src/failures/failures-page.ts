const fence = '```';

const intro = `<!-- Written by \`npm run docs:failures\`; do not edit. -->

# What Flotilla says when something fails

A task fails by evidence that lasts: restarts, conditions, events, never one glimpse. What cannot heal fails it at once; what
often heals must last its grace time, which \`--grace\` and the file's \`grace\` set.

| class | examples | grace time |
| --- | --- | --- |
| cannot heal | no such command, a missing key, a failed job, a rollout over its progress deadline | none |
| \`image-not-found\` | the registry says that the image is not there | 30 s |
| \`image-pull\` | the registry does not answer, denies access, limits the rate | 120 s |
| \`crash-loop\` | three restarts, and no ready pod for so long | 30 s |
| \`missing-config\` | no such Secret, ConfigMap or service account; admission refuses the pods | 30 s |
| \`claim-unbound\` | a claim without a volume, a volume that cannot be mounted | 120 s |
| \`no-room\` | no node takes the pod and no scale-up is announced, a quota or a webhook that is down refuses pods | 120 s |
| \`webhook-silent\` | a webhook does not answer when the object itself is checked or applied | 30 s |
| not its fault | evicted, preempted, lost with its node; a pod that crashes beside a ready one of its version | never |

A task whose object somebody else changes while it is waited for is _superseded_: nothing is known of this version, so it is no
failure of it. It ends the task, is not watched any more, halts the run where the task's error would, and else leaves the run
degraded. Who only scales (an autoscaler) supersedes nothing.

A job has its identity from what it is made of: running under it, it is adopted; succeeded, it is not run again (\`--rerun-jobs\`
does); changed, it is replaced. Of a job that Kubernetes removes when it is done (\`ttlSecondsAfterFinished\`) the receipt of the last run
proves that it succeeded; after a run that was killed nothing is proved, and it runs again. \`attempts\` of the workflow come after
Kubernetes' own tries (\`backoffLimit\`).

These are the reports, as a real control plane brings them about; times, counts and made-up names are replaced.
`;

/** docs/failures.md: a section for each report, by title. */
export function formatPage(reports: ReadonlyMap<string, string>): string {
  const sections = [...reports].map(
    ([title, report]) => `## ${title}\n\n${fence}text\n${report}\n${fence}\n`,
  );
  return [intro, ...sections].join('\n');
}

/** The report under a title of the page; undefined when it has none. */
export function reportIn(page: string, title: string): string | undefined {
  const [, rest] = page.split(`## ${title}\n\n${fence}text\n`);
  return rest?.split(`\n${fence}\n`)[0];
}
