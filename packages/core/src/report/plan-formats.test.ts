import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'yaml';
import { compilePlan } from '../compile/compile-plan.js';
import { parseDeploymentFile } from '../parse/parse-deployment-file.js';
import { compileText } from '../testing/compile-text.js';
import { shopText } from '../testing/shop.js';
import { planToDot } from './plan-dot.js';
import { planToJson } from './plan-json.js';
import { planToMermaid } from './plan-mermaid.js';
import { planToText } from './plan-text.js';
import { planToYaml } from './plan-yaml.js';

const templates = fileURLToPath(new URL('../../../../../shared/real/release-templates/', import.meta.url));
const monorepo = compileText(readFileSync(`${templates}nx-monorepo-41-tasks.yaml`, 'utf8'));
const shop = compileText(shopText);
const shopNames = { name: 'shop', workflow: 'setup' };

describe('a small plan', () => {
  test('as text', () => {
    expect(planToText(shop, { color: false })).toMatchInlineSnapshot(`
     "shop · setup                                                  9 tasks in 4 steps

       1  ├╌◌ search                                       1 service · not waited for
          │ ┊   search
          │
       2  ● data                                                           2 services
          │   db   cache
          ▼
       3  ● migrate                                                             1 job
          │   migrate!
          ▼
       4  ● apps                        3 services, 1 job, 1 chart · 1 not waited for
          │   services   api   web   worker~
          │   job        report
          │   chart      ingress
          │   → jobs.report at once (its needs are empty)
          │   → services.web after services.api (depends_on, line 9)
          │   → services.worker only after all of step search (needs, line 32)

          ▼ the next step opens when every task above that is waited for has settled
          ! its failure halts the run (1 task)
          ~ not waited for, unlike its step
     "
    `);
  });

  test('a step that is waited for in part stands on the line, one of which nothing is waited for beside it', () => {
    const text = planToText(
      compileText(`name: x
services: [{name: a}, {name: b}, {name: c}, {name: d}]
workflows:
  - name: setup
    parallelize:
      - step: partly
        wait_for_finish: false
        tasks: [{task: services.a, wait_for_finish: true}, services.b]
      - step: loose
        tasks: [{task: services.c, wait_for_finish: false}]
      - {step: end, tasks: [services.d]}
`),
      { color: false },
    );
    expect(text).toMatch(/1 {2}● partly +2 services · 1 not waited for\n +│ {3}a {3}b~\n +▼\n/);
    expect(text).toMatch(/2 {2}├╌◌ loose +1 service · not waited for\n +│ ┊ {3}c\n +│\n/);
    expect(text).toContain('~ not waited for, unlike its step');
  });

  test('colour adds nothing but colour', () => {
    const colored = planToText(shop, { color: true });
    expect(colored).not.toBe(planToText(shop, { color: false }));
    expect(stripVTControlCharacters(colored)).toBe(planToText(shop, { color: false }));
  });

  test('as Mermaid', () => {
    expect(planToMermaid(shop)).toMatchInlineSnapshot(`
     "flowchart LR
       subgraph s0["1. search (not waited for)"]
         direction LR
         t0["services.search"]
       end
       subgraph s1["2. data"]
         direction LR
         t1["services.db"]
         t2["services.cache"]
       end
       subgraph s2["3. migrate"]
         direction LR
         t3(["jobs.migrate"]):::halts
       end
       subgraph s3["4. apps"]
         direction LR
         t4["services.api"]
         t5["services.web"]
         t6["services.worker (own needs)"]:::floats
         t7(["jobs.report (starts at once)"])
         t8[["charts.ingress"]]
       end
       s1 ==> s2
       s2 ==> s3
       s0 -. needs .-> t6
       t4 -. depends_on .-> t5
       classDef halts stroke:#cf222e,stroke-width:3px
       classDef floats stroke-dasharray:6 4
       class s0 floats
     "
    `);
  });

  test('as DOT', () => {
    expect(planToDot(shop)).toMatchInlineSnapshot(`
     "digraph "shop setup" {
       rankdir=TB; compound=true;
       node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
       subgraph "cluster_0" {
         label="1. search (not waited for)"; fontname="Helvetica"; style=dashed;
         "services.search" [label="services.search", shape=box];
       }
       subgraph "cluster_1" {
         label="2. data"; fontname="Helvetica"; style=solid;
         "services.db" [label="services.db", shape=box];
         "services.cache" [label="services.cache", shape=box];
       }
       subgraph "cluster_2" {
         label="3. migrate"; fontname="Helvetica"; style=solid;
         "jobs.migrate" [label="jobs.migrate", shape=oval, color=red, penwidth=2];
       }
       subgraph "cluster_3" {
         label="4. apps"; fontname="Helvetica"; style=solid;
         "services.api" [label="services.api", shape=box];
         "services.web" [label="services.web", shape=box];
         "services.worker" [label="services.worker", shape=box];
         "jobs.report" [label="jobs.report", shape=oval];
         "charts.ingress" [label="charts.ingress", shape=component];
       }
       "gate:search" [shape=diamond, label="", width=0.2, height=0.2];
       "settled:search" [shape=diamond, label="", width=0.2, height=0.2];
       "gate:data" [shape=diamond, label="", width=0.2, height=0.2];
       "gate:migrate" [shape=diamond, label="", width=0.2, height=0.2];
       "gate:apps" [shape=diamond, label="", width=0.2, height=0.2];
       "services.search" -> "settled:search";
       "gate:search" -> "services.db";
       "gate:search" -> "services.cache";
       "settled:search" -> "services.worker" [style=dashed, label="needs", fontsize=9];
       "services.db" -> "gate:data";
       "services.cache" -> "gate:data";
       "gate:data" -> "jobs.migrate";
       "jobs.migrate" -> "gate:migrate";
       "gate:migrate" -> "services.api";
       "gate:migrate" -> "charts.ingress";
       "services.api" -> "services.web" [style=dashed, label="depends_on", fontsize=9];
       "services.web" -> "gate:apps";
       "jobs.report" -> "gate:apps";
       "charts.ingress" -> "gate:apps";
     }
     "
    `);
  });

  test('as JSON, with the fields of cli.md in their order', () => {
    expect(planToJson(shop, [], shopNames)).toMatchSnapshot();
    expect(Object.keys(planToJson(shop, [], shopNames))).toEqual([
      'apiVersion',
      'kind',
      'name',
      'workflow',
      'digest',
      'steps',
      'nodes',
      'edges',
      'diagnostics',
    ]);
  });

  test('as YAML, the same document', () => {
    expect(parse(planToYaml(shop, [], shopNames))).toEqual(planToJson(shop, [], shopNames));
  });
});

describe('a plan of 41 tasks', () => {
  test.each([80, 60, 120])('as text stays within %i columns and is no wall', (width) => {
    const lines = planToText(monorepo, { color: false, width }).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    if (width >= 80) expect(lines.length).toBeLessThan(35);
    for (const { name } of monorepo.tasks) expect(lines.join('\n')).toContain(name);
  });

  test('as text', () => {
    expect(planToText(monorepo, { color: false })).toMatchSnapshot();
  });

  test('as Mermaid', () => {
    expect(planToMermaid(monorepo)).toMatchSnapshot();
  });

  test('as DOT', () => {
    expect(planToDot(monorepo)).toMatchSnapshot();
  });

  test('as JSON', () => {
    const document = planToJson(monorepo, [], shopNames);
    expect(
      document.steps.map(({ step, waitForFinish, tasks }) => [step, waitForFinish, tasks.length]),
    ).toEqual([
      ['databases', true, 3],
      ['ensure-databases', true, 10],
      ['run-migrations', true, 10],
      ['start-frontends', false, 3],
      ['start-services', true, 15],
    ]);
    expect(document.nodes).toHaveLength(41 + 5);
  });
});

describe('a file with errors', () => {
  const broken = {
    path: 'broken.yaml',
    text: 'services: [{name: db}]\nworkflows:\n  - name: setup\n    order_from: [services.dbb]\n',
  };

  test('gives the same document with nothing in it but the diagnostics', () => {
    const parsed = parseDeploymentFile(broken, { folderName: 'shop', parameters: {}, environment: {} });
    const compiled = parsed.ok ? compilePlan(parsed.value, {}) : parsed;
    const document = planToJson(undefined, compiled.diagnostics, shopNames);
    expect(document).toMatchObject({
      name: 'shop',
      workflow: 'setup',
      digest: null,
      steps: [],
      nodes: [],
      edges: [],
    });
    expect(document.diagnostics).toContainEqual(
      expect.objectContaining({ severity: 'error', file: 'broken.yaml', line: 4, column: 18, length: 12 }),
    );
  });
});
