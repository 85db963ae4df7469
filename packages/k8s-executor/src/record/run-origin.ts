import type { Environment } from '../cluster/environment.js';
import { runChildProcess, type RunProgram } from '../manifest/run-program.js';

/** Who deployed what from where: said by the lock, the history and the receipt. */
export interface RunOrigin {
  /** `user@host`; in CI the person whose push or click it was, if the service says so. */
  readonly who: string;
  /** The full commit id of the working tree, followed by `-dirty` when files differ from it; null when unknown. */
  readonly commit: string | null;
  /** Where the CI job is to be seen; null outside of CI. */
  readonly url: string | null;
}

export interface RunOriginOptions {
  /** The folder of the flotilla file. */
  readonly directory: string;
  readonly environment: Pick<Environment, 'variables' | 'userName' | 'hostName'>;
  /** How git is run; default: a child process without a shell. */
  readonly runProgram?: RunProgram;
}

const gitTimeoutMs = 5_000;

/** Variables of CI services, the first that is set counts. */
const actorVariables = ['GITHUB_ACTOR', 'GITLAB_USER_LOGIN', 'BUILDKITE_BUILD_CREATOR', 'CIRCLE_USERNAME'];
const commitVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'BUILD_SOURCEVERSION',
  'GIT_COMMIT',
];
const urlVariables = ['CI_JOB_URL', 'BUILDKITE_BUILD_URL', 'CIRCLE_BUILD_URL', 'BUILD_URL'];

/**
 * Finds out who runs this, from which commit, in which CI job. The commit is what git says of the working tree;
 * where there is no git or no repository, what the CI service says. Never fails: what cannot be known is null.
 */
export async function findRunOrigin({
  directory,
  environment,
  runProgram = runChildProcess,
}: RunOriginOptions): Promise<RunOrigin> {
  const { variables, userName, hostName } = environment;
  const said = (names: readonly string[]) =>
    names.map((name) => variables[name]).find((value) => value !== undefined && value !== '');
  const user = said(actorVariables) ?? userName ?? 'unknown';
  return {
    who: `${user}@${hostName ?? 'unknown'}`,
    commit: (await describeWorkingTree(directory, runProgram)) ?? said(commitVariables) ?? null,
    url: githubUrl(variables) ?? said(urlVariables) ?? null,
  };
}

async function describeWorkingTree(directory: string, runProgram: RunProgram): Promise<string | undefined> {
  // Every tag is left out, so that what remains is the bare commit.
  const args = ['describe', '--always', '--abbrev=40', '--dirty', '--exclude=*'];
  const result = await runProgram({ program: 'git', args, directory, timeoutMs: gitTimeoutMs });
  const commit = result.kind === 'exited' && result.code === 0 ? result.stdout.trim() : '';
  return /^[0-9a-f]{40,64}(-dirty)?$/.test(commit) ? commit : undefined;
}

function githubUrl(variables: Environment['variables']): string | undefined {
  const [server, repository, run] = ['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID'].map(
    (name) => variables[name],
  );
  if (server === undefined || repository === undefined || run === undefined) return undefined;
  return `${server}/${repository}/actions/runs/${run}`;
}
