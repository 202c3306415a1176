const { TestEnvironment } = require('jest-environment-node')

/** The host's typed arrays inside the test's realm: native modules compare constructors by identity. */
class FreshetEnvironment extends TestEnvironment {
  async setup() {
    await super.setup()
    for (const name of HOST_TYPES) this.global[name] = globalThis[name]
  }
}

const HOST_TYPES = [
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Int16Array'],
  ...['Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]

module.exports = FreshetEnvironment
