// The command is bundled: one file per lazily loaded part starts several times faster than hundreds of
// modules. Types are checked by tsc; esbuild only joins the files.
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';

await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: [new URL('src/bin.ts', import.meta.url).pathname],
  outdir: new URL('dist', import.meta.url).pathname,
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
