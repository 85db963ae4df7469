// Bundles a module of the package of the working directory into `dist`: one file per lazily loaded part starts several
// times faster than hundreds of modules. Types are checked by tsc; esbuild only joins the files.
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';

const [entry] = process.argv.slice(2);
await rm('dist/chunks', { recursive: true, force: true });
await build({
  entryPoints: [entry],
  outdir: 'dist',
  outExtension: { '.js': entry.endsWith('.mts') ? '.mjs' : '.js' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  // Rarely needed and large: loaded from node_modules when an OIDC login asks for it.
  external: ['@kubernetes/client-node'],
  banner: {
    js: "import { createRequire as createFlotillaRequire } from 'node:module'; const require = createFlotillaRequire(import.meta.url);",
  },
});
