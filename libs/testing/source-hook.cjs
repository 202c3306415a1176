// Lets a plain `node` run TypeScript sources: preloaded by spawnSource, never by a service.
const { readFileSync } = require('node:fs')
const { transformSync } = require('@swc/core')
const options = require('../../tools/jest/swc.cjs')

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename, swcrc: false })
  module._compile(code, filename)
}
