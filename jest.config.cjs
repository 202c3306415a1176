/** One run over all packages, from source: `@freshet/source` in each package's exports leads to src/. */
module.exports = {
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools'],
  testMatch: ['**/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/apps/freshet-e2e/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: '<rootDir>/tools/jest/environment.cjs',
  testEnvironmentOptions: { customExportConditions: ['@freshet/source', 'node', 'require', 'default'] },
  transform: { '^.+\\.ts$': ['@swc/jest', require('./tools/jest/swc.cjs')] },
  workerIdleMemoryLimit: '1GB',
}
