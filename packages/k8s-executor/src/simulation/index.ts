export { simulateSeed, type SeedResult } from './simulate-seed.js';
