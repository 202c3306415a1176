import { join } from 'node:path'
import { MigratorClient, TrainerClient, trainer } from '@freshet/contracts/services'
import { type EngineStrike, type Fault, HOME, isStruck, order, recall, type Role, type StrikeOrder } from '@freshet/faults'
import { type Clock, type Crossing, UnavailableError } from '@freshet/kernel'
import { call, stream } from '@freshet/service'
import type { Fleet, FleetService } from '@freshet/testing'
import { asking } from '../fleet/asking'
import { patiently } from '../fleet/learned'
import type { BackEnd } from './back-end'
import type { JournalWatch } from './journal-watch'

/** What faults are brought upon. */
export interface SiegeScope {
  readonly fleet: Fleet
  readonly watch: JournalWatch
  readonly clock: Clock
  readonly backEnd: BackEnd
  /** Where each service looks for orders: see {@link orderFile}. */
  readonly orders: string
}

/** How long it took until the next new step, where a fault was about that. */
export interface Recovery {
  /** From the end of the owner, with a standby attached. */
  readonly hotMs?: number
  /** From the relaunch of a trainer, with nobody else there. */
  readonly coldMs?: number
}

/** Where a service looks for orders to strike itself. */
export const orderFile = (directory: string, service: FleetService): string => join(directory, `${service}.order`)

const STOPPED_MS = 5000
const STRIKE_PATIENCE_MS = 600_000 // a trainer that starts over on a busy machine comes to no crossing for a minute
const LOOK_MS = 2
const RETRY_MS = 250
const MOVE_DEADLINE_MS = 30_000
const DIVIDED_MS = 20_000 // a session, and as much again for a busy machine
const ATTACHED_PATIENCE_MS = 300_000 // on a busy machine a standby repeats steps hardly faster than they are made
const BEHIND_MAX = 2 // steps: as near as a target of a move has to be
const DELAY_AFTER_GRANT_MS = 1

/** Brings faults upon a fleet, one after the other, and starts again what died: at the end of each, all processes run. */
export class Siege {
  constructor(private readonly scope: SiegeScope) {}

  /** Carries a fault out. Throws UnavailableError where what should have happened did not. */
  async suffer(fault: Fault): Promise<Recovery> {
    await this.attached()
    switch (fault.kind) {
      case 'strike':
        return this.strike(fault)
      case 'kill':
        await this.scope.clock.sleep(fault.delayMs)
        return this.kill(this.serviceOf(fault.role))
      case 'cold':
        await this.scope.clock.sleep(fault.delayMs)
        return this.startCold()
      case 'target-killed':
        return this.killTarget()
      case 'engine-strike':
        return this.strikeEngine(fault)
      default:
        await this.scope.clock.sleep(fault.delayMs)
        await this.scope.backEnd.suffer(fault.kind)
        return {}
    }
  }

  private serviceOf(role: Role): FleetService {
    const { watch } = this.scope
    if (role === 'owner') return watch.ownerService
    return role === 'follower' ? watch.followerService : role
  }

  private async kill(service: FleetService): Promise<Recovery> {
    const { fleet, watch, clock } = this.scope
    const { owner } = watch
    const atMs = clock.monotonicMs()
    await fleet.signal(service, 'SIGKILL')
    return this.revive(service, { owner, atMs })
  }

  /** Where the owner died, the next step is waited for before it comes back: what is measured is the standby. */
  private async revive(service: FleetService, { owner, atMs }: { owner: string; atMs: number }): Promise<Recovery> {
    const { fleet, watch } = this.scope
    const wasOwner = owner.startsWith(`${service}-`)
    const hotMs = wasOwner ? (await watch.stepOfOther(owner)) - atMs : undefined
    await fleet.launch(service)
    return { hotMs }
  }

  private async strike({ crossing, passes, signal }: StrikeOrder): Promise<Recovery> {
    const isZombie = signal === 'SIGSTOP'
    const hasHeir = HOME[crossing] === 'feature-store' && (isZombie || crossing === 'partitions-assigned')
    const { owner } = this.scope.watch
    return this.atCrossing({ crossing, passes, signal }, hasHeir, (service) =>
      isZombie ? this.resume(service) : this.bury(service, owner),
    )
  }

  /** Has an engine suffer while a process stands at a crossing; the process goes on before the engine is back, or after. */
  private strikeEngine({ crossing, passes, engine, goesOn }: EngineStrike): Promise<Recovery> {
    const { fleet, backEnd } = this.scope
    return this.atCrossing({ crossing, passes, signal: 'SIGSTOP' }, crossing === 'partitions-assigned', async (service) => {
      const goOn = async (): Promise<void> => void (await fleet.signal(service, 'SIGCONT'))
      await backEnd.suffer(engine, goesOn === 'meanwhile' ? goOn : undefined)
      await goOn()
      return {}
    })
  }

  /** Has the process that comes to a crossing strike itself there, and then does what is done about it. With an heir, somebody else is there to fold. */
  private async atCrossing(
    strike: StrikeOrder,
    hasHeir: boolean,
    onStruck: (service: FleetService) => Promise<Recovery>,
  ): Promise<Recovery> {
    const { fleet, orders } = this.scope
    const { crossing } = strike
    const service = this.serviceOf(HOME[crossing])
    if (hasHeir && crossing !== 'partitions-assigned') await fleet.launch('second-feature-store')
    const file = orderFile(orders, service)
    order(file, strike)
    const over = new AbortController()
    const bringing = this.bringAbout(crossing, over.signal).catch(() => undefined) // who asks a process that dies is not answered
    await this.struck(service, { crossing, file })
    over.abort()
    const recovery = await onStruck(service)
    await bringing
    if (hasHeir) await fleet.signal('second-feature-store', 'SIGKILL')
    return recovery
  }

  private async bury(service: FleetService, owner: string): Promise<Recovery> {
    const atMs = this.scope.clock.monotonicMs()
    await this.scope.fleet.gone(service)
    return this.revive(service, { owner, atMs })
  }

  private async resume(service: FleetService): Promise<Recovery> {
    await this.scope.clock.sleep(STOPPED_MS)
    await this.scope.fleet.signal(service, 'SIGCONT')
    return {}
  }

  private async struck(service: FleetService, { crossing, file }: { crossing: Crossing; file: string }): Promise<void> {
    const { clock } = this.scope
    const untilMs = clock.monotonicMs() + STRIKE_PATIENCE_MS
    while (!isStruck(file)) {
      await clock.sleep(LOOK_MS)
      if (clock.monotonicMs() > untilMs && recall(file))
        throw new UnavailableError(service, `it did not come to ${crossing} within ${STRIKE_PATIENCE_MS} ms`)
    }
  }

  /** What has to be asked for, so that a process comes to a crossing; the stream brings it to the others. */
  private async bringAbout(crossing: Crossing, over: AbortSignal): Promise<void> {
    if (crossing === 'partitions-assigned') await this.shareBefore(over)
    if (crossing === 'version-written' || crossing === 'version-renamed') await this.checkpoint()
    if (crossing === 'ownership-granted') await this.moveBefore(over)
  }

  /**
   * Has somebody join the feature store until partitions are divided anew, or `over` aborts. Where the group has not missed the last one yet, who joins in
   * its place changes nothing: then once more, after its session.
   */
  private async shareBefore(over: AbortSignal): Promise<void> {
    const { fleet, clock } = this.scope
    while (!over.aborted) {
      await fleet.launch('second-feature-store')
      await clock.sleep(DIVIDED_MS, over)
      if (over.aborted) return
      await fleet.signal('second-feature-store', 'SIGKILL')
      await clock.sleep(DIVIDED_MS, over)
    }
  }

  private async checkpoint(): Promise<void> {
    const { fleet, watch } = this.scope
    await asking(TrainerClient, fleet.address(watch.ownerService), (client) => call(client, 'checkpoint', {}))
  }

  /** Asks for a move until there is one, or `over` aborts: a target that has fallen behind is refused, and catches up. */
  private async moveBefore(over: AbortSignal): Promise<void> {
    const isDone = (): Promise<boolean> => this.move().then(() => true, () => false) // prettier-ignore
    while (!over.aborted && !(await isDone())) await this.scope.clock.sleep(RETRY_MS, over)
  }

  private async move(): Promise<void> {
    const { fleet, watch } = this.scope
    const ends = { sourceAddress: fleet.address(watch.ownerService), targetAddress: fleet.address(watch.followerService) }
    await asking(MigratorClient, fleet.address('migrator'), async (client) => {
      for await (const _ of stream(client, 'move', ends, { deadlineMs: MOVE_DEADLINE_MS }));
    })
  }

  private async killTarget(): Promise<Recovery> {
    const { fleet, watch } = this.scope
    const target = watch.followerService
    const granted = watch.seen('a grant', ({ record, verdict }) => verdict === 'valid' && record.record?.$case === 'grant')
    const over = new AbortController()
    const moving = this.moveBefore(over.signal)
    await granted
    over.abort()
    await this.scope.clock.sleep(DELAY_AFTER_GRANT_MS)
    const { owner } = watch
    await fleet.signal(target, 'SIGKILL')
    await watch.stepOfOther(owner)
    await Promise.all([fleet.launch(target), moving])
    return {}
  }

  private async startCold(): Promise<Recovery> {
    const { fleet, watch, clock } = this.scope
    const { owner, ownerService, followerService } = watch
    await Promise.all([ownerService, followerService].map((service) => fleet.signal(service, 'SIGKILL')))
    const atMs = clock.monotonicMs()
    const stepping = watch.stepOfOther(owner)
    const [steppedMs] = await Promise.all([stepping, fleet.launch(ownerService)])
    await fleet.launch(followerService)
    return { coldMs: steppedMs - atMs }
  }

  /** Resolves once a standby is attached: it follows, at most a few steps behind. */
  async attached(): Promise<void> {
    const { watch, clock } = this.scope
    const look = async (): Promise<void> => {
      const [owner, follower] = await Promise.all([watch.ownerService, watch.followerService].map((service) => this.status(service)))
      const isAttached = owner.owner === owner.trainerId && follower.role === trainer.TrainerRole.TRAINER_ROLE_FOLLOWER
      if (!isAttached || owner.step - follower.step > BEHIND_MAX)
        throw new UnavailableError('the standby', `it is at step ${follower.step}, the owner ${owner.owner} at ${owner.step}`)
    }
    await patiently(clock, look, ATTACHED_PATIENCE_MS)
  }

  private status(service: FleetService): Promise<trainer.GetStatusResponse> {
    return asking(TrainerClient, this.scope.fleet.address(service), (client) => call(client, 'getStatus', {}))
  }
}
