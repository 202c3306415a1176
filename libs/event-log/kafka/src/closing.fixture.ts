import { openKafkaLog } from './kafka-log'

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Opens a log and reads all its partitions at once, and does once more what it is told to (`read`, `append`) before it closes the log: nothing
 * then keeps the process, whatever an append waits for.
 */
async function main([broker, prefix, deadlineMs]: readonly string[]): Promise<void> {
  const partitions = { clicks: PARTITIONS.length }
  const log = await openKafkaLog({ brokers: [broker], prefix, partitions, deadlineMs: Number(deadlineMs) })
  const read = (): Promise<unknown> =>
    Promise.allSettled(PARTITIONS.map((partition) => log.read({ topic: 'clicks', partition }, 0, { records: 1 })))
  const append = (): Promise<string> =>
    log.append({ topic: 'clicks', partition: 0 }, [{ key: 'k', value: Uint8Array.of(1) }]).then(
      () => 'acknowledged',
      ({ code }: { readonly code: string }) => code,
    )
  const act = async (word: unknown): Promise<void> => {
    if (word === 'read') await read()
    const outcome = word === 'append' ? append() : undefined
    await log[Symbol.asyncDispose]()
    process.send?.((await outcome) ?? 'closed')
    process.disconnect()
  }
  process.once('message', (word) => void act(word))
  await read()
  process.send?.('open')
}

void main(process.argv.slice(2))
