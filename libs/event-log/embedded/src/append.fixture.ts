import { openEmbeddedLog } from './embedded-log'

/** Appends batches of two to clicks/0, values counting from `from`, and says each acknowledged offset, until `batches` or its death. */
async function main([directory, name, from, batches]: readonly string[]): Promise<void> {
  await using log = await openEmbeddedLog({ directory, partitions: { clicks: 4 } })
  let n = Number(from)
  for (let i = 0; i < Number(batches); i++) {
    const pair = [n, n + 1].map((value) => ({ key: name, value: Uint8Array.from(Buffer.from(`${value}`)) }))
    process.send?.(await log.append({ topic: 'clicks', partition: 0 }, pair))
    n += 2
  }
}

void main(process.argv.slice(2))
