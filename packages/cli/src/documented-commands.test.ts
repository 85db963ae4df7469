import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { commandNamed } from './commands.js';
import { readArguments } from './read-arguments.js';
import { folderWith, run } from './testing/fake-ports.js';

const root = join(import.meta.dirname, '../../..');
/** Markdown files that people read, relative to the repository; generated folders hold none of ours. */
const documents = [
  '',
  'docs',
  'docs/adr',
  'e2e',
  'benchmarks',
  ...foldersOf('packages'),
  ...foldersOf('examples'),
]
  .concat('examples')
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.md'));

function foldersOf(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name));
}

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(path: string): readonly Block[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/** The words of each `flotilla …` of a document's blocks and inline code, as far as they are flags and plain words. */
function commandsOf(path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const inline = [...text.matchAll(/`(flotilla [^`\n]+)`/g)].map(([, command = '']) => command);
  const blocks = blocksOf(path)
    .filter(({ language }) => language !== 'text')
    .flatMap((block) => [...block.text.matchAll(/(?:^|npx |\$\(|&& )(flotilla [a-z][^\n|>)#&]*)/gm)])
    .map(([, command = '']) => command);
  return [...new Set([...inline, ...blocks].map((command) => command.trim()))];
}

const commands = documents.flatMap((path) =>
  commandsOf(path)
    .filter((command) => !command.includes('COMMAND') && !command.startsWith('flotilla --'))
    .map((command) => ({ path, command })),
);

test('the documents show commands at all', () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)('$path: $command', async ({ command }) => {
  const [, name = '', ...words] = command.replaceAll(/["…]/g, '').split(/\s+/);
  const loaded = await commandNamed(name)?.();
  if (loaded === undefined) throw new Error(`There is no command ${name}.`);
  expect(() =>
    readArguments(
      loaded,
      words.filter((word) => !/^\[.*\]?$|^.*\]$/.test(word)),
    ),
  ).not.toThrow();
});

const links = documents.flatMap((path) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/\]\((?!https?:)([^)\s#]+)[^)\s]*\)/g)].map(
    ([, link = '']) => ({ path, link }),
  ),
);

test('the documents link to each other', () => {
  expect(links.length).toBeGreaterThan(20);
});

test('no link between the documents is dead', () => {
  const dead = links.filter(({ path, link }) => !existsSync(join(root, dirname(path), link)));
  expect(dead).toEqual([]);
});

test('the file of the README plans without a remark', async () => {
  const [block] = blocksOf('README.md').filter(({ language }) => language === 'yaml');
  const folder = folderWith({ 'flotilla.yaml': block?.text ?? '' });
  const { exitCode, stderr } = await run(['plan', '--strict'], { workingDirectory: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test.each(blocksOf('docs/ci.md').filter(({ language }) => language === 'yaml'))(
  'docs/ci.md: every pipeline is YAML without mistakes',
  ({ text }) => {
    for (const document of parseAllDocuments(text, { strict: true }))
      expect([...document.errors, ...document.warnings]).toEqual([]);
  },
);
