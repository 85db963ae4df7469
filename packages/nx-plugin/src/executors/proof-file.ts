import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { ProofDocument } from '@flotilla/k8s-executor';
import { parseInputs, printInputs, type KnownInputs } from './deploy/known-inputs';
import type { ProofOptions } from './options';

/** What `deploy-plan` has found, for the deploy that follows it. */
export interface FoundProof {
  readonly document: ProofDocument;
  /** Why the deploy has to run; empty when the cluster is as the files say. */
  readonly reasons: readonly string[];
}

/**
 * The file through which `deploy-plan` hands a project's proof to Nx, which hashes it in front of `deploy`, and to
 * `deploy` itself. Reasons lie in a file beside it, which nobody hashes.
 */
export interface ProofFile {
  /** Relative to the workspace's root. */
  readonly path: string;
  /** Undefined when there is none. */
  read(): Promise<FoundProof | undefined>;
  write(found: FoundProof): Promise<void>;
  /** So that nobody reads what was proved once. */
  remove(): void;
  /** Notes that a run under this token failed, so that a failure that Nx has stored is never replayed. */
  noteFailure(token: string): void;
  hasFailed(token: string): boolean;
  /** What the last good deploy from this machine was made from; undefined when there was none. */
  readInputs(): KnownInputs | undefined;
  noteInputs(inputs: KnownInputs): void;
}

export function openProofFile(options: ProofOptions, context: ExecutorContext): ProofFile {
  const relativePath = options.proofFile ?? defaultPath(context);
  const path = join(context.root, relativePath);
  const [reasonsPath, failurePath, inputsPath] = [`${path}.reasons`, `${path}.failed`, `${path}.inputs`];
  const put = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  return {
    path: posix.normalize(relativePath),
    read: async () => {
      const { parseProof } = await import('../runtime.mjs');
      const document = parseProof(readText(path) ?? '');
      const reasons = (readText(reasonsPath) ?? '').split('\n').filter((line) => line !== '');
      return document === undefined ? undefined : { document, reasons };
    },
    write: async ({ document, reasons }) => {
      const { printProof } = await import('../runtime.mjs');
      put(reasonsPath, reasons.join('\n'));
      put(path, printProof(document));
    },
    remove: () => {
      rmSync(path, { force: true });
    },
    noteFailure: (token) => {
      put(failurePath, token);
    },
    hasFailed: (token) => readText(failurePath) === token,
    readInputs: () => {
      const text = readText(inputsPath);
      return text === undefined ? undefined : parseInputs(text);
    },
    noteInputs: (inputs) => {
      put(inputsPath, printInputs(inputs));
    },
  };
}

// As inference names it, for targets that are written by hand.
function defaultPath({ projectName = '', projectsConfigurations }: ExecutorContext): string {
  const root = projectsConfigurations.projects[projectName]?.root ?? '.';
  return posix.join('.nx/workspace-data/flotilla', root, 'deploy-proof.json');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
