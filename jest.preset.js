import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Jest's settings for one package. Tests run on the sources of all packages, compiled by swc to
 * CommonJS, so that a test needs no build before it.
 */
export function preset(displayName) {
  return {
    displayName,
    testEnvironment: 'node',
    // No test is about time: a slow machine must not fail one.
    testTimeout: 300_000,
    reporters: ['default', ...(process.env.FLOTILLA_TEST_COUNTS ? [`${root}.ci/count-tests.js`] : [])],
    testMatch: ['<rootDir>/src/**/*.test.ts'],
    transform: {
      '^.+\\.m?[tj]s$': [
        '@swc/jest',
        {
          jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
          module: { type: 'commonjs' },
        },
      ],
    },
    transformIgnorePatterns: [
      '/node_modules/(?!(@kubernetes/client-node|@marcbachmann/cel-js|openid-client|oauth4webapi|jose|jsonpath-plus)/)',
    ],
    moduleNameMapper: {
      '^@flotilla/([^/]+)$': `${root}packages/$1/src/index.ts`,
      '^@flotilla/([^/]+)/(embedded|testing)$': `${root}packages/$1/src/$2/index.ts`,
      '^(\\.{1,2}/.*)\\.js$': '$1',
      '^(\\.{1,2}/(?:.*/)?runtime)\\.mjs$': '$1.mts',
    },
  };
}
