import { openKafkaLog } from './kafka-log'

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7]

/** Opens a log, reads all its partitions at once now and when it hears a word, and closes it: nothing then keeps the process. */
async function main([broker, prefix]: readonly string[]): Promise<void> {
  const log = await openKafkaLog({ brokers: [broker], prefix, partitions: { clicks: PARTITIONS.length }, deadlineMs: 3000 })
  const read = (): Promise<unknown> =>
    Promise.allSettled(PARTITIONS.map((partition) => log.read({ topic: 'clicks', partition }, 0, { records: 1 })))
  process.once('message', () => {
    void read()
      .then(() => log[Symbol.asyncDispose]())
      .then(() => process.disconnect())
  })
  await read()
  process.send?.('open')
}

void main(process.argv.slice(2))
