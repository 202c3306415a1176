import { isFreshetError } from '@freshet/kernel'
import { openEmbeddedLog } from './embedded-log'

/** Appends 100 kB at a time until the disk is full, then tries once more, smaller; says what happened. */
async function main([directory]: readonly string[]): Promise<void> {
  const at = { topic: 'clicks', partition: 0 }
  await using log = await openEmbeddedLog({ directory, partitions: { clicks: 4 } })
  const append = (bytes: number) => log.append(at, [{ key: 'a', value: new Uint8Array(bytes).fill(1) }])
  const codeOf = (error: unknown) => (isFreshetError(error) ? error.code : String(error))
  let acknowledged = 0
  let refusal: unknown
  while (refusal === undefined) {
    refusal = await append(100_000).then(() => void acknowledged++, codeOf)
  }
  const again = await append(100_000).catch(codeOf)
  const readable = await log.read(at, 0, { records: 1000 })
  process.send?.({ acknowledged, refusal, again, next: await log.next(at), readable: readable.length })
}

void main(process.argv.slice(2))
