import { openSync, writeSync } from 'node:fs'

/** Writes to a file until it may write no more, and says how far it came and why it stopped. */
const file = openSync(process.argv[2], 'w')
let written = 0
try {
  for (;;) written += writeSync(file, Buffer.alloc(1024))
} catch (error) {
  process.send?.({ code: error instanceof Error && 'code' in error ? error.code : undefined, written })
}
