import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRunOrigin } from './run-origin.js';

const commit = 'c0ffee0000000000000000000000000000c0ffee';
const person = { userName: 'ada', hostName: 'laptop', variables: {} };
const noGit = () => Promise.resolve({ kind: 'missing' } as const);

describe('findRunOrigin', () => {
  it('says user, host and nothing that it does not know', async () => {
    const origin = await findRunOrigin({ directory: '/', environment: person, runProgram: noGit });
    expect(origin).toEqual({ who: 'ada@laptop', commit: null, url: null });
  });

  it('reads the variables of CI services', async () => {
    const variables = {
      GITHUB_ACTOR: 'grace',
      GITHUB_SHA: commit,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '17',
    };
    const environment = { ...person, hostName: 'runner', variables };
    expect(await findRunOrigin({ directory: '/', environment, runProgram: noGit })).toEqual({
      who: 'grace@runner',
      commit,
      url: 'https://github.com/acme/shop/actions/runs/17',
    });
    const gitlab = { CI_COMMIT_SHA: commit, CI_JOB_URL: 'https://gitlab.com/acme/shop/-/jobs/3' };
    expect(
      await findRunOrigin({ directory: '/', environment: { variables: gitlab }, runProgram: noGit }),
    ).toEqual({ who: 'unknown@unknown', commit, url: gitlab.CI_JOB_URL });
  });

  it('believes the working tree before the variables, and says when files differ from the commit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-origin-'));
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: directory,
        encoding: 'utf8',
      }).trim();
    const environment = { ...person, variables: { GITHUB_SHA: commit } };
    try {
      git('init', '-q');
      writeFileSync(join(directory, 'flotilla.yaml'), 'name: shop\n');
      git('add', '.');
      git('commit', '-q', '-m', 'first');
      git('tag', 'v1');
      const head = git('rev-parse', 'HEAD');
      expect((await findRunOrigin({ directory, environment })).commit).toBe(head);
      writeFileSync(join(directory, 'flotilla.yaml'), 'name: other\n');
      expect((await findRunOrigin({ directory, environment })).commit).toBe(`${head}-dirty`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
