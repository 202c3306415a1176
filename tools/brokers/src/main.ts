import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { isFreshetError } from '@freshet/kernel'
import { startBrokers } from './brokers'
import { claim } from './claim'

const KAFKA_PORT = 9092
const REDIS_PORT = 6379

/** Starts Kafka and Redis for development, says how to use them, and ends them with Ctrl-C. */
async function main(): Promise<void> {
  const directory = join(process.cwd(), '.freshet', 'brokers')
  using held = claim(directory)
  console.error(`Kafka and Redis start; they keep their data in ${directory}`)
  await using brokers = await startBrokers({
    directory,
    kafkaPort: (await isFree(KAFKA_PORT)) ? KAFKA_PORT : undefined,
    redisPort: (await isFree(REDIS_PORT)) ? REDIS_PORT : undefined,
  })
  held.tell(brokers.settings)
  console.log(`npx freshet up ${brokers.settings}`)
  console.error('Both run until Ctrl-C.')
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => undefined)
  const lost = await Promise.race([asked, brokers.lost])
  if (lost !== undefined) process.exitCode = 1
  console.error(lost === undefined ? 'Kafka and Redis end.' : `${lost}\nThe other one ends as well; start both again.`)
}

/** True where nobody listens on a port of the loopback. */
async function isFree(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isTaken = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return !isTaken
}

main().catch((error: unknown) => {
  console.error(isFreshetError(error) ? error.message : error)
  process.exitCode = 1
})
