import { preset } from '../jest.preset.js';

export default {
  ...preset('e2e'),
  // Built, unlike the tests: jest maps no imports for a global setup.
  globalSetup: '<rootDir>/dist/testing/build-tools-once.js',
  // Only what hangs takes as long, on a slow machine too; what a test waits for has a shorter limit, which says more.
  testTimeout: 600_000,
  // Every suite has a control plane of its own and waits for it most of the time: more of them than two cores can run at once.
  maxWorkers: 3,
};
