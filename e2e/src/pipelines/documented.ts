import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A step of a GitHub Actions job, as far as `docs/ci.md` uses them. */
export interface GitHubStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitHubJob {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly GitHubStep[];
}

export interface GitLabJob {
  readonly variables?: Readonly<Record<string, string>>;
  readonly before_script?: readonly string[];
  readonly script: readonly string[];
}

/** The jobs of `docs/ci.md`. */
export interface DocumentedPipelines {
  readonly gitHub: {
    readonly plan: GitHubJob;
    readonly deploy: GitHubJob;
    /** What stands in place of the last two steps where there is no Nx. */
    readonly withoutNx: readonly GitHubStep[];
  };
  /** With the `before_script` of all jobs. */
  readonly gitLab: { readonly plan: GitLabJob; readonly deploy: GitLabJob };
}

interface GitHubFile {
  readonly jobs: Readonly<Record<'plan' | 'deploy', GitHubJob>>;
}

interface GitLabFile {
  readonly default: { readonly before_script: readonly string[] };
  readonly plan: GitLabJob;
  readonly deploy: GitLabJob;
}

const document = fileURLToPath(new URL('../../../docs/ci.md', import.meta.url));

/** Reads the pipelines out of the document, in the order in which they stand there; throws when there are others. */
export async function readDocumentedPipelines(): Promise<DocumentedPipelines> {
  const text = await readFile(document, 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, body = '']) => parse(body) as unknown,
  );
  const [plan, deploy, withoutNx, gitLab, ...more] = blocks;
  if (gitLab === undefined || more.length > 0)
    throw new Error('docs/ci.md shows other pipelines than are tested');
  const { default: all, ...jobs } = gitLab as GitLabFile;
  return {
    gitHub: {
      plan: (plan as GitHubFile).jobs.plan,
      deploy: (deploy as GitHubFile).jobs.deploy,
      withoutNx: withoutNx as readonly GitHubStep[],
    },
    gitLab: { plan: { ...all, ...jobs.plan }, deploy: { ...all, ...jobs.deploy } },
  };
}
