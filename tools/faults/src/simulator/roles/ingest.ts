import { Event } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'
import { type AcceptedAt, type Intake, openIntake, type Outcome } from '@freshet/intake'
import type { Host } from '../host'
import type { House } from '../house'
import { type Change, drawChange, drawEvent } from '../shop'
import { DictionaryDoor } from './dictionary-door'

const RETRY_MS = 30
const REBOOT_MS = 200
const TICK_MS = 600 // of two, each in its own time
const BATCHES = 3
const CHANGES = 0.4 // of whole histories, to a batch
const SETS = 0.3 // of dictionaries, to a batch of a house where they change

/** An application and its front door: sends events until each is acknowledged, under the same id as often as it takes. The door ticks. */
export class IngestRole {
  readonly host: Host
  private sent = 0
  /** What an application says it says again, word for word. */
  private readonly said = new Map<string, Event>()

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
    void this.serve()
  }

  private async serve(): Promise<void> {
    const { host, house } = this
    const { log } = house.engines(host)
    for (;;) {
      try {
        const door = new DictionaryDoor(house, host, log)
        const intake = await openIntake({ log, clock: host.clock, types: door.types(), settings: { tickMs: TICK_MS } })
        if (house.hasChanges) await door.open(intake)
        void host.clock.sleep(house.draws.between(50, TICK_MS)).then(() => intake.run(house.closing.signal))
        return await this.send(intake, door)
      } catch (error) {
        house.trouble(host.name, error)
        await host.clock.sleep(RETRY_MS)
      }
    }
  }

  private async send(intake: Intake, door: DictionaryDoor): Promise<void> {
    const { host, house } = this
    const { draws, wanted } = house
    for (; !this.isDone; this.sent++) {
      await host.clock.sleep(draws.between(5, 160))
      const change = draws.chance(CHANGES) ? [drawChange(draws)] : []
      if (wanted.length > 0 && draws.chance(SETS)) await door.set(intake, wanted.splice(0, 1)[0])
      const events = this.batch(door.holds).map((event) => this.bring(() => this.offer(intake, event), () => void house.accepted.add(event.eventId))) // prettier-ignore
      await Promise.all([...events, ...change.map((each) => this.bringChange(intake, each))])
    }
  }

  /** What is sent next: now and then with something that was sent before. */
  private batch(by: Dictionary): Event[] {
    const { host, said } = this
    const { draws } = this.house
    return Array.from({ length: 1 + draws.below(4) }, (_, i) => {
      const isAgain = draws.chance(0.1) && this.sent > 0
      const eventId = isAgain ? `${host.name}-${this.sent - 1}-0` : `${host.name}-${this.sent}-${i}`
      const event = said.get(eventId) ?? drawEvent(draws, { nowMs: host.clock.nowMs(), eventId, by })
      said.set(eventId, event)
      return event
    })
  }

  private bringChange(intake: Intake, change: Change): Promise<void> {
    const ask = (): Promise<readonly Outcome[]> => (change.kind === 'forget' ? intake.forget([change.forget]) : intake.link([change.link]))
    return this.bring(ask, ({ partition, offset }) => void this.house.changes.push({ change, partition, offset }))
  }

  /** Until it is acknowledged. */
  private async bring(ask: () => Promise<readonly Outcome[]>, onAccepted: (at: AcceptedAt) => void): Promise<void> {
    const { host, house } = this
    for (;;) {
      const [outcome] = await ask()
      if (outcome.kind === 'accepted') return onAccepted(outcome)
      house.trouble(host.name, outcome.error)
      await host.clock.sleep(RETRY_MS)
    }
  }

  private offer(intake: Intake, event: Event): Promise<readonly Outcome[]> {
    return intake.accept([{ event, bytes: Event.encode(event).finish() }], this.host.name)
  }
}
