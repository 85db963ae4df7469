import { parseDeploymentFile, renderDiagnostics, type ReadyRule } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { applyReadyRules, compileReadyRules } from './ready-rules.js';

/** The rules of a service's `ready` as written. */
function rulesOf(ready: string): readonly ReadyRule[] {
  const text = `services:\n  - name: web\n    image: web\n    ready: ${ready}\n`;
  const variables = { folderName: 'shop', parameters: {}, environment: {} };
  const parsed = parseDeploymentFile({ path: 'flotilla.yaml', text }, variables);
  if (!parsed.ok) throw new Error(renderDiagnostics(parsed.diagnostics, { color: false }));
  return parsed.value.services[0]?.ready ?? [];
}

const widget = (status?: KubeObject['status'], more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'acme.example/v1',
  kind: 'Widget',
  metadata: { name: 'x', generation: 2, ...more },
  spec: { size: 3 },
  ...(status !== undefined && { status }),
});
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 1 },
  spec: { replicas: 3 },
  status: { observedGeneration: 1, replicas: 3, readyReplicas: 1 },
};
const configMap: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } };

async function judged(ready: string, object: KubeObject, beside: readonly KubeObject[] = []) {
  const { rules, diagnostics } = await compileReadyRules(rulesOf(ready));
  expect(diagnostics).toEqual([]);
  return applyReadyRules(rules, [object, ...beside]).judge(object);
}

const phase = `{current: 'self.status.phase == "Up"', failed: 'self.status.phase == "Broken"'}`;

test.each([
  ['what holds is current', phase, widget({ phase: 'Up' }), 'current', /rule holds/],
  [
    'what does not hold yet',
    phase,
    widget({ phase: 'Starting' }),
    'progressing',
    /does not hold yet: self\.status\.phase/,
  ],
  ['what has failed', phase, widget({ phase: 'Broken' }), 'failed', /calls this failed/],
  ['a field that is not there yet', phase, widget({}), 'progressing', /no answer yet \(there is no phase\)/],
  ['no status at all', phase, widget(), 'progressing', /there is no status/],
  [
    'a status of an older generation',
    phase,
    widget({ phase: 'Up', observedGeneration: 1 }),
    'progressing',
    /generation 1, not yet 2/,
  ],
  [
    'one on its way out',
    phase,
    widget({ phase: 'Up' }, { deletionTimestamp: 'now' }),
    'progressing',
    /deleted/,
  ],
  ['has()', '{current: has(self.status.phase)}', widget({}), 'progressing', /does not hold/],
  [
    'optional fields',
    `{current: 'self.status.?ready.orValue(0) == self.spec.size'}`,
    widget({ ready: 3 }),
    'current',
    /holds/,
  ],
  [
    'a sum of numbers',
    '{current: self.status.up + self.status.down == self.spec.size}',
    widget({ up: 1, down: 2 }),
    'current',
    /holds/,
  ],
  ['a fraction', '{current: self.status.ratio >= 0.5}', widget({ ratio: 0.75 }), 'current', /holds/],
  [
    'a pattern as RE2 reads it',
    `{current: 'self.status.phase.matches("(?i)^[[:alpha:]]+$")'}`,
    widget({ phase: 'UP' }),
    'current',
    /holds/,
  ],
  [
    'a pattern inside a macro, whose text takes its time in JavaScript',
    `{current: 'self.status.phases.all(p, p.matches("^(a+)+$"))'}`,
    widget({ phases: [`${'a'.repeat(5_000)}!`] }),
    'progressing',
    /does not hold/,
  ],
  [
    'a pattern of the object that RE2 does not take',
    `{current: 'self.status.phase.matches(self.spec.pattern)'}`,
    { ...widget({ phase: 'Up' }), spec: { pattern: '(?=Up)' } },
    'progressing',
    /no answer yet \(.*`\(\?=`\)/,
  ],
  [
    'a macro',
    `{current: 'self.status.conditions.exists(c, c.type == "Synced" && c.status == "True")'}`,
    widget({ conditions: [{ type: 'Synced', status: 'True' }] }),
    'current',
    /holds/,
  ],
  [
    'what is neither true nor false',
    '{current: self.status.phase}',
    widget({ phase: 'Up' }),
    'progressing',
    /does not give true or false/,
  ],
  [
    'only failed: the built-in rule tells the rest',
    `{failed: 'self.status.phase == "Broken"'}`,
    widget({ conditions: [{ type: 'Ready', status: 'False' }] }),
    'progressing',
    /Ready is False/,
  ],
  [
    'a failure that the built-in rule sees',
    `{current: 'self.status.phase == "Up"'}`,
    widget({ conditions: [{ type: 'Stalled', status: 'True' }] }),
    'failed',
    /Stalled/,
  ],
  ['a workload', '{current: self.status.readyReplicas >= 1}', deployment, 'current', /holds/],
] as const)('%s', async (...[, ready, object, status, message]) => {
  const readiness = await judged(ready, object);
  expect(readiness).toEqual({ status, message: expect.stringMatching(message) as string });
});

test('without a kind a rule is for the custom resources, and where there are none for the workloads', async () => {
  expect((await judged(phase, deployment, [widget()])).message).toContain('of 3 replicas');
  expect((await judged(phase, configMap, [widget()])).status).toBe('current');
  expect((await judged(phase, deployment, [configMap])).message).toContain('there is no phase');
});

test('a rule names the kind that it is for, whatever the version; the first that does counts', async () => {
  const ready = `[{kind: Deployment, current: 'true'}, {kind: Widget, apiVersion: acme.example/v9, current: 'true'}, {current: 'false'}]`;
  expect((await judged(ready, deployment, [widget()])).status).toBe('current');
  expect((await judged(ready, widget({}), [deployment])).status).toBe('current');
});

test('a rule that judges nothing is a warning at the words that name it', async () => {
  const { rules } = await compileReadyRules(rulesOf(`[{kind: Wigdet, current: 'true'}, {current: 'true'}]`));
  const { diagnostics } = applyReadyRules(rules, [configMap]);
  expect(
    diagnostics.map(({ message, span }) => [message, span.file.text.slice(span.start, span.end)]),
  ).toEqual([
    ['This ready rule judges nothing: there is no Wigdet here.', 'Wigdet'],
    [
      'This ready rule judges nothing: there is no custom resource and no workload here.',
      "{current: 'true'}",
    ],
  ]);
});

test.each([
  ['an unknown variable', `{current: 'sel.status == 1'}`, 'sel', 'Unknown variable: sel'],
  ['what cannot be added', `{current: '"a" + 1 == "a1"'}`, '"a" + 1', 'no such overload: string + int'],
  ['what ends too early', '{current: self.status.phase ==}', '=', 'Unexpected token: EOF'],
  ['what is no truth', '{failed: 1 + 1}', '1 + 1', 'this gives int, not true or false'],
  [
    'an unknown function',
    `{failed: 'true && nope(self)'}`,
    'nope(self)',
    `found no matching overload for 'nope(map`,
  ],
  ['lookaround', `{current: 'self.a.matches("x(?=y)")'}`, '"x(?=y)"', 'RE2, the language of patterns in CEL'],
  [
    'a backreference',
    String.raw`{failed: 'has(self.a) && self.l.exists(i, i.matches(r"(a)\1"))'}`,
    String.raw`r"(a)\1"`,
    String.raw`invalid escape sequence: ` + '`' + String.raw`\1`,
  ],
  [
    'a block of lines',
    `\n      current: |\n        has(self.status) &&\n        sel.status == 1\n`,
    'sel',
    'Unknown variable: sel',
  ],
  [
    'words of folded lines',
    `\n      current: >-\n        has(self.status) &&\n        sel.status == 1\n`,
    'sel',
    'Unknown variable: sel',
  ],
  [
    'words that YAML escapes and that stand there twice',
    String.raw`{current: "\"sel\" == sel"}`,
    String.raw`"\"sel\" == sel"`,
    'Unknown variable: sel',
  ],
  ['words that YAML escapes', String.raw`{current: "\"a\" == sel"}`, 'sel', 'Unknown variable: sel'],
])('%s is a mistake at its words', async (...[, ready, words, message]) => {
  const { diagnostics } = await compileReadyRules(rulesOf(ready));
  expect(diagnostics.map(({ code }) => code)).toEqual(['manifest/ready-wrong']);
  const [{ span, message: said } = { span: undefined, message: '' }] = diagnostics;
  expect(span?.file.text.slice(span.start, span.end)).toBe(words);
  expect(said).toContain(message);
});

test('a rule says something', () => {
  expect(() => rulesOf('{kind: Widget}')).toThrow('this one says neither');
});
