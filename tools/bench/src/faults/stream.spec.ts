import type { Event, Link } from '@freshet/contracts'
import { ingest, IngestService } from '@freshet/contracts/services'
import { systemClock } from '@freshet/kernel'
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { SiegeStream } from './stream'
import { visits } from './visits'

const clock = { ...systemClock, sleep: (): Promise<void> => new Promise(setImmediate) }
const events = visits(2000, { seed: 5, users: 30, items: 20, startMs: 1_700_000_000_000, everyMs: 20_000 })

/** A front door that takes everything, but for what it is told to refuse. */
class FakeIngest implements AsyncDisposable {
  /** What came as a file, and what came live. */
  readonly replayed: Event[] = []
  readonly appended: Event[] = []
  readonly links: Link[] = []
  /** How often it was opened and closed as a file, and asked for something live, in order. */
  readonly calls: string[] = []
  refusals = 0
  onReplayed: () => void = () => undefined
  address = ''
  private readonly server = new Server()

  async open(): Promise<this> {
    this.server.addService(IngestService, this.implementation())
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)))
    })
    this.address = `127.0.0.1:${port}`
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.forceShutdown()
  }

  private implementation(): UntypedServiceImplementation {
    const unary =
      <Q, A>(name: string, answer: (request: Q) => A) =>
      ({ request }: ServerUnaryCall<Q, A>, done: sendUnaryData<A>): void => {
        if (this.calls.at(-1) !== name) this.calls.push(name)
        done(null, answer(request))
      }
    return {
      openReplay: unary('open', () => ({ replayId: 'r' })),
      closeReplay: unary('close', () => ({ ends: [] })),
      append: unary('append', ({ events: taken }: ingest.AppendRequest) => ({
        acknowledgements: this.take(taken, this.appended),
        repetitions: 0,
      })),
      linkSessions: unary('link', ({ links }: ingest.LinkSessionsRequest) => ({ acknowledgements: this.take(links, this.links) })),
      replay: (call: ServerDuplexStream<ingest.ReplayRequest, ingest.ReplayResponse>) => {
        call.on('data', ({ correlation, events: taken }: ingest.ReplayRequest) => {
          call.write({ correlation, acknowledgements: this.take(taken, this.replayed) })
          this.onReplayed()
        })
        call.on('end', () => call.end())
      },
    }
  }

  private take<T>(records: readonly T[], into: T[]): ingest.Acknowledgement[] {
    if (this.refusals > 0) {
      this.refusals--
      const refused = ingest.Acknowledgement.fromPartial({ outcome: { $case: 'rejected', rejected: { message: 'the log is away' } } })
      return records.map(() => refused)
    }
    into.push(...records)
    return records.map((_, i) => ingest.Acknowledgement.fromPartial({ outcome: { $case: 'accepted', accepted: { offset: i } } }))
  }
}

const ids = (list: readonly Event[]): string[] => list.map(({ eventId }) => eventId)

describe('the stream of a siege', () => {
  let door: FakeIngest
  let stream: SiegeStream

  beforeEach(async () => {
    door = await new FakeIngest().open()
    stream = new SiegeStream({ address: door.address, source: 'seed-5', clock, eventsPerS: 1e9 })
  })
  afterEach(() => door[Symbol.asyncDispose]())

  /** Lets the stream go live once so many events came as a file. */
  const liveAfter = (count: number): void => void (door.onReplayed = () => door.replayed.length >= count && stream.goLive())

  it('begins as a file, and goes on live with what is left', async () => {
    liveAfter(700)
    await stream.run(events)
    expect(door.calls.slice(0, 3)).toEqual(['open', 'close', 'append'])
    expect(door.replayed.length).toBeGreaterThanOrEqual(700)
    expect(ids([...door.replayed, ...door.appended])).toEqual(ids(events))
    expect(door.appended.every(({ timeMs }) => timeMs === 0)).toBe(true)
    expect(stream.accepted).toEqual(ids(events))
  })

  it('tells now and then whose the sessions were that came live', async () => {
    liveAfter(500)
    await stream.run(events)
    const linked = new Set(door.links.map(({ sessionId }) => sessionId))
    expect(linked.size).toBe(6)
    expect(door.links.length).toBeGreaterThan(6) // who comes back as a stranger is linked again
    expect(door.links.every(({ sessionId, userId }) => sessionId.endsWith(userId))).toBe(true)
  })

  it('sends again what was refused, and counts it as accepted once', async () => {
    stream.goLive()
    door.refusals = 3
    await stream.run(events.slice(0, 500))
    expect(ids(door.appended)).toEqual(stream.accepted)
    expect(stream.accepted).toEqual(ids(events.slice(0, 500)))
  })

  it('ends when it is told to, with what was acknowledged until then', async () => {
    door.onReplayed = () => stream.end()
    await stream.run(events)
    expect([door.replayed.length, door.appended.length, stream.accepted.length]).toEqual([50, 0, 50])
  })
})
