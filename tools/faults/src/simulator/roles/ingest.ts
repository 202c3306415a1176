import { EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { actorOf } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import type { Host } from '../host'
import type { House } from '../house'
import { drawEvent, PARTITIONS, tickAt } from '../shop'

const RETRY_MS = 30
const REBOOT_MS = 200
const TICK_MS = 600 // of two, each in its own time
const BATCHES = 3

/** An application and its front door: sends events until each is acknowledged, under the same id as often as it takes; and ticks. */
export class IngestRole {
  readonly host: Host
  private sent = 0
  /** What an application says it says again, word for word. */
  private readonly said = new Map<string, EventRecord>()

  constructor(
    private readonly house: House,
    name: string,
  ) {
    this.host = house.host(name, (host) => host.tellNext(REBOOT_MS, 'reboots', () => this.boot()))
  }

  /** All that was to be sent has been. */
  get isDone(): boolean {
    return this.sent >= BATCHES
  }

  boot(): void {
    this.host.boot()
    const { log } = this.house.engines(this.host)
    void this.send(log)
    void this.tick(log)
  }

  private async send(log: EventLog): Promise<void> {
    const { host, house } = this
    const { draws } = house
    for (; !this.isDone; this.sent++) {
      await host.clock.sleep(draws.between(5, 160))
      const count = 1 + draws.below(4)
      for (let i = 0; i < count; i++) {
        const isAgain = draws.chance(0.1) && this.sent > 0
        const eventId = isAgain ? `${host.name}-${this.sent - 1}-0` : `${host.name}-${this.sent}-${i}`
        const event = this.said.get(eventId) ?? drawEvent(draws, { nowMs: host.clock.nowMs(), eventId })
        this.said.set(eventId, event)
        await this.accept(log, event)
        house.accepted.add(eventId)
      }
    }
  }

  private async accept(log: EventLog, record: EventRecord): Promise<void> {
    const key = record.record?.$case === 'event' ? actorOf(record.record.event) : ''
    const to = { topic: TOPICS.events, partition: partitionOf(key, PARTITIONS) }
    await this.append(log, to.partition, { key, value: EventRecord.encode(record).finish() })
  }

  /** Until it is acknowledged. */
  private async append(log: EventLog, partition: number, entry: { readonly key: string; readonly value: Uint8Array }): Promise<void> {
    for (;;) {
      try {
        await log.append({ topic: TOPICS.events, partition }, [entry])
        return
      } catch (error) {
        this.house.trouble(this.host.name, error)
        await this.host.clock.sleep(RETRY_MS)
      }
    }
  }

  private async tick(log: EventLog): Promise<void> {
    for (let waitMs = this.house.draws.between(50, TICK_MS); !this.house.isClosed; waitMs = TICK_MS) {
      await this.host.clock.sleep(waitMs)
      const value = EventRecord.encode(tickAt(this.host.clock.nowMs())).finish()
      for (let partition = 0; partition < PARTITIONS; partition++) {
        await log
          .append({ topic: TOPICS.events, partition }, [{ key: '', value }])
          .catch((error: unknown) => this.house.trouble(this.host.name, error))
      }
    }
  }
}
