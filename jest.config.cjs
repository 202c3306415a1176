/** One run over all packages, from source: `@freshet/source` in each package's exports leads to src/. */
module.exports = {
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools'],
  testMatch: ['**/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/apps/freshet-e2e/', '\\.servers\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: '<rootDir>/tools/jest/environment.cjs',
  testEnvironmentOptions: { customExportConditions: ['@freshet/source', 'node', 'require', 'default'] },
  transform: {
    '^.+\\.ts$': ['@swc/jest', require('./tools/jest/swc.cjs')],
    // An ES module, which Node 20 requires natively and Jest does not.
    '/@marcbachmann/cel-js/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' }, jsc: { target: 'es2022' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!@marcbachmann/)'],
  testTimeout: 20_000, // generous: a sentence says what holds, not how fast on a busy machine
  maxWorkers: '100%', // most of a suite's time is one core's: transforming, and small computations
  workerIdleMemoryLimit: '1GB',
}
