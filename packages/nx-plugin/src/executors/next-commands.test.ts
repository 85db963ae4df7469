import type { ExecutorContext } from '@nx/devkit';
import { nextCommands } from './next-commands';
import type { WorkflowOptions } from './options';

const targets = {
  deploy: {
    executor: '@flotilla/nx-plugin:deploy',
    options: { file: 'apps/shop/flotilla.yaml' },
    configurations: { staging: { context: 'staging' } },
  },
  destroy: { executor: '@flotilla/nx-plugin:destroy', configurations: { staging: { context: 'staging' } } },
};

function commandsAfter(options: WorkflowOptions, configurationName?: string) {
  const context = {
    projectName: 'shop',
    targetName: 'deploy',
    ...(configurationName !== undefined && { configurationName }),
    projectsConfigurations: { version: 2, projects: { shop: { root: 'apps/shop', targets } } },
  } as unknown as ExecutorContext;
  return nextCommands(options, context);
}

test('what project.json says is not said again', async () => {
  const options = { file: 'apps/shop/flotilla.yaml', context: 'staging' };
  expect(await commandsAfter(options, 'staging')).toEqual({
    resumeCommand: 'nx run shop:deploy:staging',
    removeCommand: 'nx run shop:destroy:staging',
  });
});

test('what was given on the command line is given again, and to destroy what says where', async () => {
  const options: WorkflowOptions = {
    file: 'apps/shop/flotilla.yaml',
    namespace: 'review-7',
    prune: false,
    createNamespace: true,
    param: ['A=1', "B=it's"],
    concurrency: 4,
  };
  const params = `--param=A=1 '--param=B=it'\\''s'`;
  expect(await commandsAfter(options)).toEqual({
    resumeCommand: `nx run shop:deploy --namespace=review-7 --no-prune --create-namespace ${params} --concurrency=4`,
    removeCommand: `nx run shop:destroy --namespace=review-7 ${params}`,
  });
});

test('of a simulated cluster nothing is left to go on with', async () => {
  expect(await commandsAfter({ cluster: 'embedded' })).toEqual({});
});
