const unit = require('./jest.config.cjs')

/** Sentences that need real servers (Kafka, Redis), which they start themselves: a missing server fails them. The unit run passes over them. */
module.exports = {
  ...unit,
  testMatch: ['**/src/**/*.servers.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 120_000, // a broker starts, dies and returns
  maxWorkers: 2, // most of its time is waited, for servers that start, die and return
}
