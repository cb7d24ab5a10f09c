// Jest's own summary counts suites, tests and snapshots on several lines; scripts that watch a build want one.
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failedToStart = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    console.log(
      `${results.numPassedTests} passed, ${results.numFailedTests + failedToStart} failed${skipped ? `, ${skipped} skipped` : ''}`,
    );
  }
}
