// Writes the executors' schemas: each names its options, and what an option means is said once, in options.json. Copies
// the generators'.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'src', 'executors');
const read = (...path) => JSON.parse(readFileSync(join(source, ...path), 'utf8'));
const options = read('options.json');

for (const { name } of readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  const { title, options: names, descriptions = {}, open = false } = read(name, 'schema.json');
  const properties = names.map((option) => {
    if (options[option] === undefined) throw new Error(`${name}: options.json has no ${option}`);
    const description = descriptions[option] ?? options[option].description;
    return [option, { ...options[option], description }];
  });
  const schema = {
    $schema: 'https://json-schema.org/schema',
    version: 2,
    title,
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: open,
    required: [],
  };
  writeFileSync(
    join(import.meta.dirname, 'dist', 'executors', name, 'schema.json'),
    `${JSON.stringify(schema, undefined, 2)}\n`,
  );
}

const generators = join(import.meta.dirname, 'src', 'generators');
for (const { name } of readdirSync(generators, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
))
  copyFileSync(
    join(generators, name, 'schema.json'),
    join(import.meta.dirname, 'dist', 'generators', name, 'schema.json'),
  );
