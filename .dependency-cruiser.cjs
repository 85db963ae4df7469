/**
 * The layers of docs/architecture.md as rules. Type imports count: that is how cycles creep in.
 * `layers` lists a package's folders from left to right; each may import only what stands left of it.
 */
const layers = {
  core: ['diagnostics', 'domain', 'parse', 'compile', 'schedule', 'execute', 'report', 'load'],
  'k8s-executor': [
    'cluster',
    'manifest',
    'readiness',
    'failure',
    'objects',
    'api-errors',
    'record',
    'tasks',
    'prepare',
    'status',
    'diff',
    'embedded',
    'deploy',
  ],
};
const core = '^packages/core/src/';
const notTests = '\\.test\\.ts$|/testing/';

const pointLeft = Object.entries(layers).flatMap(([name, folders]) =>
  folders.map((folder, at) => ({
    name: `${name}-${folder}`,
    severity: 'error',
    comment: `${folder} may import only ${folders.slice(0, at).join(', ') || 'nothing of ours'}`,
    from: { path: `^packages/${name}/src/${folder}/`, pathNot: notTests },
    to: {
      path: `^packages/${name}/src/`,
      pathNot: `^packages/${name}/src/(${folders.slice(0, at + 1).join('|')})/`,
    },
  })),
);

const never = (name, comment, from, to) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: notTests },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Imports point one way.',
      from: {},
      to: { circular: true },
    },
    ...pointLeft,
    never(
      'runners-know-no-compiler',
      'schedule, execute and report need only domain',
      `${core}(schedule|execute|report)/`,
      `${core}(parse|compile)/`,
    ),
    never('report-runs-nothing', 'report is given events', `${core}report/`, `${core}(schedule|execute)/`),
    never(
      'domain-is-pure',
      'domain has no libraries and no node built-ins',
      `${core}(domain|diagnostics)/`,
      'node_modules|^(node:)?(fs|path|crypto|http|https|child_process|perf_hooks)$',
    ),
    never(
      'parse-is-given-text',
      'no file system in parse',
      `${core}parse/`,
      '^(node:)?(fs|fs/promises|child_process|http|https)$',
    ),
    {
      name: 'graphology-in-one-file',
      severity: 'error',
      from: { path: '^packages/', pathNot: `${core}compile/build-graph\\.ts$` },
      to: { path: 'node_modules/graphology' },
    },
    never(
      'core-knows-nobody',
      'core ← k8s-executor ← cli, nx-plugin',
      '^packages/core/',
      '^(packages|@flotilla)/(k8s-executor|cli|nx-plugin)',
    ),
    never(
      'executor-knows-no-front-end',
      'core ← k8s-executor ← cli, nx-plugin',
      '^packages/k8s-executor/',
      '^(packages|@flotilla)/(cli|nx-plugin)',
    ),
    never(
      'embedded-stands-alone',
      'the simulated cluster shares nothing with what it is used to try',
      '^packages/k8s-executor/src/embedded/',
      '^packages/k8s-executor/src/(failure|objects|api-errors|record|tasks|prepare|status|diff)/',
    ),
    never(
      'front-ends-apart-cli',
      'cli and nx-plugin never import each other',
      '^packages/cli/',
      '^(packages|@flotilla)/nx-plugin',
    ),
    never(
      'front-ends-apart-nx',
      'cli and nx-plugin never import each other',
      '^packages/nx-plugin/',
      '^(packages|@flotilla)/cli',
    ),
    never(
      'client-node-stays-lazy',
      'loaded by import() in the kubeconfig code only',
      '^packages/(core|cli|nx-plugin)/',
      'node_modules/@kubernetes/client-node',
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/out-tsc/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
    },
  },
};
