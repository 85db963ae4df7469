import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { commandNamed } from './commands.js';
import { readArguments } from './read-arguments.js';

const root = join(import.meta.dirname, '../../..');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith('.md'),
);

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
    .filter((command) => !command.includes('COMMAND'))
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

test.each(blocksOf('docs/ci.md').filter(({ language }) => language === 'yaml'))(
  'docs/ci.md: every pipeline is YAML without mistakes',
  ({ text }) => {
    for (const document of parseAllDocuments(text, { strict: true }))
      expect([...document.errors, ...document.warnings]).toEqual([]);
  },
);
