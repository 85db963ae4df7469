import { appendFileSync } from 'node:fs';

/**
 * A reporter of jest that appends one line, `passed failed`, to the file named by FLOTILLA_TEST_COUNTS. A suite that
 * could not run counts as failed, and so does a test that was skipped: nothing here is allowed to be.
 */
export default class CountTests {
  onRunComplete(_contexts, results) {
    const failed =
      results.numFailedTests +
      results.numRuntimeErrorTestSuites +
      results.numPendingTests +
      results.numTodoTests;
    appendFileSync(process.env.FLOTILLA_TEST_COUNTS, `${results.numPassedTests} ${failed}\n`);
  }
}
