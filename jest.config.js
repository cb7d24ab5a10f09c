// Native ESM: started through node --experimental-vm-modules (see package.json), because got ships ESM only.
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {jsc: {parser: {syntax: 'typescript'}, target: 'es2022'}, module: {type: 'es6'}, sourceMaps: 'inline'},
    ],
  },
  moduleNameMapper: {'^(\\.{1,2}/.*)\\.js$': '$1'},
  testEnvironment: '<rootDir>/tests/support/environment.js',
  testSequencer: '<rootDir>/tests/support/sequencer.js',
  testTimeout: 60_000,
  // Every test file starts a fresh module registry, which native ESM never frees: restart a worker that has grown.
  workerIdleMemoryLimit: '400MB',
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tests/support/closing-line-reporter.js'],
};
