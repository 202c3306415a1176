import { openEmbeddedLog } from './embedded-log'

/** Joins a group and stays; says each share that it is told. */
async function main([directory, member]: readonly string[]): Promise<void> {
  const log = await openEmbeddedLog({ directory, partitions: { clicks: 4 } })
  await log.join('features', { member, onAssigned: (partitions) => void process.send?.(partitions) })
}

void main(process.argv.slice(2))
