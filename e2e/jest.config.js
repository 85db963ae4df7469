import { preset } from '../jest.preset.js';

export default {
  ...preset('e2e'),
  // Built, unlike the tests: jest maps no imports for a global setup.
  globalSetup: '<rootDir>/dist/testing/build-tools-once.js',
  testTimeout: 120_000,
  // Every suite starts a control plane of its own.
  maxWorkers: 1,
};
