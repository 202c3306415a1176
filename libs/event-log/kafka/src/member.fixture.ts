import { openKafkaLog } from './kafka-log'

/** Joins the group `features` as `name`, and says each share that it is told. */
async function main([broker, prefix, name]: readonly string[]): Promise<void> {
  const log = await openKafkaLog({ brokers: [broker], prefix, partitions: { clicks: 4 }, sessionTimeoutMs: 6000 })
  await log.join('features', { member: name, onAssigned: (partitions) => process.send?.([...partitions]) })
}

void main(process.argv.slice(2))
