import { readFile, writeFile } from 'node:fs/promises';

/** A request that the API server has answered, as its audit log tells it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: string;
  readonly userAgent: string;
  readonly code: number;
  /** When the server got it, in milliseconds since 1970. */
  readonly at: number;
  /** What was sent, as JSON; only where bodies are logged. */
  readonly body?: string;
}

interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly requestObject?: unknown;
}

const readVerbs = new Set(['get', 'list', 'watch']);

/** Writes the policy that logs who asked for what, and with `bodies` what was sent. */
export async function writeAuditPolicy(path: string, bodies: boolean): Promise<void> {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: bodies ? 'Request' : 'Metadata' }],
  };
  await writeFile(path, JSON.stringify(policy));
}

/** Everything logged so far, oldest first. */
export async function readAuditLog(path: string): Promise<AuditEvent[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map(parseLine);
}

/** True for a request that stores something: not a read, not a dry run, not a question about rights. */
export function isWrite(event: AuditEvent): boolean {
  if (readVerbs.has(event.verb)) return false;
  return !/[?&]dryRun=All\b/.test(event.requestURI) && !/reviews(\?|$)/.test(event.requestURI);
}

function parseLine(line: string): AuditEvent {
  const parsed = JSON.parse(line) as AuditLine;
  return {
    verb: parsed.verb,
    requestURI: parsed.requestURI,
    user: parsed.user.username,
    userAgent: parsed.userAgent ?? '',
    code: parsed.responseStatus?.code ?? 0,
    at: Date.parse(parsed.requestReceivedTimestamp),
    ...(parsed.requestObject !== undefined && { body: JSON.stringify(parsed.requestObject) }),
  };
}
