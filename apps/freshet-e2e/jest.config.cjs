const unit = require('../../jest.config.cjs')

/** Sentences about the whole loop: real processes, one suite at a time. The unit run passes over this folder. */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/apps/freshet-e2e'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 120_000, // five processes start and learn, on a busy machine
  maxWorkers: 1,
}
