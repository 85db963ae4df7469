#!/usr/bin/env node
// Committed, unlike dist, so that npm can link the command before the first build.
import module from 'node:module';

module.enableCompileCache?.();
await import('../dist/bin.js');
