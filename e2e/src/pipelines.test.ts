import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane/control-plane.js';
import { startControlPlane } from './control-plane/control-plane.js';
import { readDocumentedPipelines, type DocumentedPipelines } from './pipelines/documented.js';
import { calledWith, runGitHubJob, runGitLabJob, writeShims, type Runner } from './pipelines/runner.js';
import { isFlotillaWrite } from './testing/flotilla.js';
import { layOutNxWorkspace, nxVersions, oneProcess, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages, succeed } from './testing/packed.js';

// Every line of docs/ci.md that a runner would run, in order, in a checkout with an origin, against a real control plane.

const namespace = 'production';
const flotillaFile = (image: string) => `name: shop
namespace: ${namespace}
services:
  - {name: db, image: 'db:1'}
  - {name: api, image: '${image}'}
`;

let cluster: ControlPlane;
let pipelines: DocumentedPipelines;
let workspace: NxWorkspace;
let runner: Runner;

beforeAll(async () => {
  [pipelines, cluster] = await Promise.all([
    readDocumentedPipelines(),
    startControlPlane({ nodes: { startMs: 50, readyMs: 50 } }),
  ]);
  await cluster.kubectl(['create', 'namespace', namespace]);
  const { folder: outside } = cluster;
  const environments = { production: { namespace } };
  workspace = await layOutNxWorkspace(nxVersions[1], await packPackages(outside), {
    'nx.json': JSON.stringify({
      neverConnectToCloud: true,
      analytics: false,
      plugins: [{ plugin: '@flotilla/nx-plugin', options: { environments } }],
    }),
    '.gitignore': 'node_modules\n.nx\n.kubeconfig\nplan.md\n',
    'package.json': '{ "name": "acme", "private": true }',
    'project.json': '{ "name": "shop" }',
    'flotilla.yaml': flotillaFile('api:1'),
    'apps/web/project.json': '{ "name": "web" }',
    'apps/web/flotilla.yaml': `name: web\nnamespace: ${namespace}\nservices: [{name: web, image: 'web:1'}]\n`,
  });
  const shims = join(outside, 'shims');
  await writeShims(shims);
  const env = { CI: 'true', HOME: outside, NO_COLOR: '1', NX_TUI: 'false', ...oneProcess };
  runner = { workspace: workspace.folder, env, shims };
  const git = (...words: readonly string[]) => succeed('git', words, { cwd: workspace.folder });
  const origin = join(outside, 'origin.git');
  await git('init', '--quiet', '--bare', origin);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', origin);
  await git('add', '--all');
  await git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message=shop');
  await git('push', '--quiet', '--set-upstream', 'origin', 'main');
});

afterAll(async () => {
  await workspace.remove();
  await cluster.stop();
});

/** Changes the image of the shop's api; it is not committed, as nobody asks git about the files themselves. */
async function release(image: string): Promise<void> {
  await writeFile(join(workspace.folder, 'flotilla.yaml'), flotillaFile(image));
}

async function imageOfApi(): Promise<string> {
  const words = [
    '-n',
    namespace,
    'get',
    'deploy',
    'api',
    '-o',
    'jsonpath={.spec.template.spec.containers[0].image}',
  ];
  return (await cluster.kubectl(words)).stdout;
}

const writes = async () => (await cluster.audit()).filter(isFlotillaWrite).length;

describe('GitHub Actions', () => {
  async function run(name: 'plan' | 'deploy' | 'withoutNx') {
    const { plan, deploy, withoutNx } = pipelines.gitHub;
    // The last two steps of `deploy` are what Nx is needed for.
    const jobs = {
      plan,
      deploy,
      withoutNx: { ...deploy, steps: [...deploy.steps.slice(0, -2), ...withoutNx] },
    };
    const env = { ...runner.env, GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' };
    return runGitHubJob(
      jobs[name],
      { ...runner, env },
      {
        'github.token': 'nobody',
        'github.event.pull_request.number': '7',
        'github.workspace': workspace.folder,
        'secrets.KUBECONFIG': await readFile(cluster.kubeconfig.admin, 'utf8'),
      },
    );
  }

  test('a pull request gets the comparison of its plan as a comment and as a summary, and touches no cluster', async () => {
    await writeFile(
      join(workspace.folder, 'flotilla.yaml'),
      flotillaFile('api:1').replace("'api:1'", "'api:1', depends_on: [db]"),
    );
    const said = await run('plan');
    expect(said).toContain('services.api');
    const posted = await calledWith(runner, 'gh');
    expect(posted).toContain('pr comment 7 --body-file plan.md --edit-last --create-if-none\n');
    expect(said).toContain(posted.split('\n').slice(1).join('\n'));
    expect(await calledWith(runner, 'npm')).toContain('ci\n');
    expect(await writes()).toBe(0);
  });

  test('main deploys what production does not run yet, and only that', async () => {
    await release('api:1');
    const first = await run('deploy');
    expect(first).toContain('Successfully ran target deploy for 2 projects');
    expect(await imageOfApi()).toBe('api:1');
    const before = await writes();
    await run('deploy');
    expect(await writes()).toBe(before);
    await release('api:2');
    const second = await run('deploy');
    expect(second).toContain('Successfully ran target deploy for project shop');
    expect(await imageOfApi()).toBe('api:2');
  });

  test('without Nx it is deployed, too', async () => {
    await release('api:3');
    await run('withoutNx');
    expect(await imageOfApi()).toBe('api:3');
  });
});

describe('GitLab', () => {
  const gitLab = () => ({
    ...runner,
    env: {
      ...runner.env,
      GITLAB_CI: 'true',
      KUBECONFIG: cluster.kubeconfig.admin,
      GITLAB_TOKEN: 'nobody',
      CI_API_V4_URL: 'https://gitlab.example/api/v4',
      CI_PROJECT_ID: '3',
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
    },
  });

  test('a merge request gets the comparison of its plan as a note', async () => {
    await release('api:4');
    await runGitLabJob(pipelines.gitLab.plan, gitLab());
    const posted = await calledWith(runner, 'curl');
    expect(posted).toContain(
      '--form body=<plan.md https://gitlab.example/api/v4/projects/3/merge_requests/7/notes\n',
    );
    expect(posted.split('\n').slice(1).join('\n')).not.toBe('');
  });

  test('main deploys what production does not run yet, and says when that is nothing', async () => {
    await release('api:5');
    await runGitLabJob(pipelines.gitLab.deploy, gitLab());
    expect(await imageOfApi()).toBe('api:5');
    const again = await runGitLabJob(pipelines.gitLab.deploy, gitLab());
    expect(again).toContain('production runs it all already');
  });
});
