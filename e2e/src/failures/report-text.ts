import type { RunEventLine } from '../testing/run-events.js';

interface ReportedTask {
  readonly task: string;
  readonly namespace: string;
  /** Lines that may or may not be there. */
  readonly racing: RegExp | undefined;
}

/** What the plain output says of how a task ended, without the times in front; names that the cluster makes up are blanked. */
export function reportOf(stderr: string, { task, namespace, racing }: ReportedTask): string {
  const lines = stderr.split('\n');
  const first = lines.findIndex(
    (line) => line.includes(`  ${task}  `) && / (failed|timed-out|superseded) after /.test(line),
  );
  if (first < 0) return '';
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => !line.startsWith(' '.repeat(11)));
  const head = (lines[first] ?? '').trim().replace(/^\S+s\s+/, '');
  const body = rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.slice(11))
    .filter((line) => racing?.test(line) !== true);
  return normalise([head, ...body].join('\n'), namespace);
}

const repeated = 'Failed|BackOff|FailedMount|FailedCreate|ProvisioningFailed|Unhealthy';

/** Made-up names, times, addresses and counts of what goes on become the same in every run. */
export function normalise(text: string, namespace: string): string {
  return (
    text
      .replaceAll(namespace, 'shop')
      .replace(/after [\d.]+m?s/g, 'after 2.1s')
      // A limit that has passed explains the time: a reader would stumble over another.
      .replace(
        /after 2\.1s(?=: [^:]*(?:within|deadline of) (\d+) s)/g,
        (_, limit: string) => `after ${limit}.1s`,
      )
      .replace(
        /\b(web|seed|db)-([0-9a-f]{8,10}-)?[a-z0-9]{5}(?![a-z0-9])/g,
        (_, name: string, hash?: string) =>
          hash === undefined ? `${name}-x7k2p` : `${name}-5d9c7b6f4d-x7k2p`,
      )
      .replace(/\bweb-[0-9a-f]{8,10}\b(?!-)/g, 'web-5d9c7b6f4d')
      .replace(/\(([0-9a-f]{8}-[0-9a-f-]{27})\)/g, '(uid)')
      .replace(/ ×\d+:/g, ':')
      .replace(new RegExp(`^(Warning|Normal) (${repeated}):`, 'gm'), '$1 $2 ×5:')
      .replace(/crashed \d+ times/g, 'crashed 4 times')
      .replace(/back-off \d+s/g, 'back-off 2s')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8443')
  );
}

export interface Evidence {
  readonly cause: string;
  readonly advice?: string;
  readonly object?: { readonly kind: string; readonly name: string };
  readonly state?: string;
  readonly events: readonly { readonly reason: string; readonly count: number }[];
  readonly logs: readonly {
    readonly container: string;
    readonly previous: boolean;
    readonly lines: readonly string[];
  }[];
  readonly command?: string;
}

/** How a task settled, as the events say it. */
export interface Settled extends RunEventLine {
  readonly evidence?: Evidence;
}

export function settledOf(events: readonly RunEventLine[], task: string): Settled | undefined {
  return events.find((event) => event.type === 'task-settled' && event.task === task);
}
