import { preset } from '../jest.preset.js';

export default { ...preset('e2e'), testTimeout: 120_000, maxWorkers: 1 };
