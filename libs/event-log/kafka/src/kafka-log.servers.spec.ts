import { describeEventLog } from '@freshet/event-log/contract-suite'
import { startKafkaBroker, type KafkaBroker } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

let broker: KafkaBroker

beforeAll(async () => {
  broker = await startKafkaBroker()
})

afterAll(() => broker[Symbol.asyncDispose]())

describeEventLog('kafka', ({ name, partitions }) =>
  openKafkaLog({ brokers: [broker.address], prefix: name, partitions, sessionTimeoutMs: 1500 }),
)
