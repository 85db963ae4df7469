// Stands for a build that pushes an image: `node tools/build-image.mjs apps/shop ghcr.io/acme/shop`. A real one would
// end with the digest that the registry says, e.g. of `docker buildx build --push --metadata-file`.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [project, name] = process.argv.slice(2);
const source = join(project, 'src');
const hash = createHash('sha256');
for (const file of readdirSync(source).sort()) {
  // As a minifier would: comments are not in the image.
  const code = readFileSync(join(source, file), 'utf8').replaceAll(/^\s*\/\/.*\n/gm, '');
  hash.update(`${file}\n${code}`);
}
const image = `${name}@sha256:${hash.digest('hex')}`;
mkdirSync(join(project, 'dist'), { recursive: true });
writeFileSync(join(project, 'dist/image.json'), `${JSON.stringify({ [name]: image }, undefined, 2)}\n`);
console.log(`built ${image}`);
