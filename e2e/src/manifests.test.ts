import { parseManifests, type KubeObject } from '@flotilla/k8s-executor';
import { probeHead, yamlForms, yamlProbes, yamlRefusals, yamlTraps } from '@flotilla/k8s-executor/testing';
import { join } from 'node:path';
import { findBinaries } from './control-plane/find-binaries.js';
import { runProgram } from './control-plane/run-program.js';
import { kubernetesModule } from './control-plane/tool-modules.js';

let kubectl: string;

beforeAll(async () => {
  kubectl = join(await findBinaries(kubernetesModule), 'kubectl');
});

/** What the real kubectl makes of a manifest, without a server; undefined when it refuses it. */
async function readByKubectl(text: string): Promise<readonly unknown[] | undefined> {
  const words = ['label', '--local', '-f', '-', '-o', 'json', 'probe=probe'];
  const { code, stdout } = await runProgram(kubectl, words, { input: text });
  if (code !== 0) return undefined;
  return JSON.parse(`[${stdout.trim().replaceAll('\n}\n{', '\n},\n{')}]`) as KubeObject[];
}

/** The same of ours, with the label that kubectl was told to add. */
function readByUs(text: string): readonly unknown[] | undefined {
  const parsed = parseManifests({ path: 'probe.yaml', text });
  if (!parsed.ok) return undefined;
  return parsed.value.map(({ object: { metadata, ...object } }) => {
    const labels = { ...metadata.labels, probe: 'probe' };
    return { ...object, metadata: { ...metadata, labels } };
  });
}

test('scalars mean what they mean to kubectl', async () => {
  const text = yamlProbes.map(([scalar]) => `${probeHead}k: ${scalar}\n`).join('---\n');
  const theirs = await readByKubectl(text);
  expect(theirs).toHaveLength(yamlProbes.length);
  expect(readByUs(text)).toEqual(theirs);
});

test.each(yamlForms)('%s are read as kubectl reads them', async (_, text) => {
  const theirs = await readByKubectl(text);
  expect(theirs).toBeDefined();
  expect(readByUs(text)).toEqual(theirs);
});

test.each(yamlRefusals)('%s: refused by both', async (_, text) => {
  expect(await readByKubectl(text)).toBeUndefined();
  expect(readByUs(text)).toBeUndefined();
});

test.each(yamlTraps)('%s: read by kubectl, refused by us in words', async (_, text, words) => {
  expect(await readByKubectl(text)).toBeDefined();
  const parsed = parseManifests({ path: 'probe.yaml', text });
  expect(parsed.diagnostics.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
});
