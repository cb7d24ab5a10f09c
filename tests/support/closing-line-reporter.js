// Jest's own summary counts suites, tests and snapshots on several lines; scripts that watch a build want one, the last.
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failedToStart = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + failedToStart} failed${skipped ? `, ${skipped} skipped` : ''}`;
    // Jest writes its summary after the reporters of a project have had their turn.
    process.once('exit', () => console.log(line));
  }
}
