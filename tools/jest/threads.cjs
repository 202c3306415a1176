// Loaded first in threads that specs start (`-r`): they read TypeScript from source, as Jest does.
const fs = require('node:fs')
const { transformSync } = require('@swc/core')
const options = require('./swc.cjs')

require.extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(fs.readFileSync(filename, 'utf8'), { ...options, filename }).code, filename)
