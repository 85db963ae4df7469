export { buildPlan, type BuiltStep, type BuiltTask } from './build-plan.js';
export { drawRun, type Draw, type WrittenRun } from './draw-run.js';
export { createFakeRunner, type FakeRunner, type FakeRunnerOptions } from './fake-runner.js';
export { createManualClock, type ManualClock } from './manual-clock.js';
export { createRecordingSink, type RecordingSink } from './recording-sink.js';
export { createRehearsedRunner } from './rehearsed-runner.js';
export { fileText, type WrittenFile, type WrittenRehearsal } from './written-file.js';
