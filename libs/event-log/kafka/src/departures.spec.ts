import { CompressionTypes } from 'kafkajs'
import { Departures, type Sending } from './departures'
import type { Outcome } from './produce-request'

/** A batch of `bytes` to a partition. */
const sending = (partition: number, bytes = 1, over = new AbortController().signal): Sending => ({
  over,
  place: { topic: 'clicks', partition },
  messages: [{ key: '', value: Buffer.alloc(bytes) }],
  ...{ producerId: '1', producerEpoch: 0, firstSequence: 0, compression: CompressionTypes.None, timeoutMs: 1000 },
})

/** A broker that is asked, and answers when the test says so. */
class Room {
  readonly requests: {
    readonly partitions: number[]
    readonly answer: (...outcomes: Outcome[]) => Promise<void>
    readonly fail: () => Promise<void>
  }[] = []
  readonly departures = new Departures(
    (sendings) =>
      new Promise((resolve, reject) => {
        this.requests.push({
          partitions: sendings.map(({ place }) => place.partition),
          answer: (...outcomes) => turn(() => resolve(outcomes)),
          fail: () => turn(() => reject(new Error('Closed connection'))),
        })
      }),
  )

  /** Hands batches over, and says what became of them so far. */
  leave(...sendings: Sending[]): (number | string | undefined)[] {
    const outcomes = new Array<number | string | undefined>(sendings.length).fill(undefined)
    sendings.forEach((one, i) => {
      this.departures.leave(one).then(
        (offset) => (outcomes[i] = offset),
        (error: Error) => (outcomes[i] = error.message),
      )
    })
    return outcomes
  }

  get sent(): number[][] {
    return this.requests.map(({ partitions }) => partitions)
  }
}

/** Resolves when what `event` caused has happened. */
async function turn(event: () => void = () => {}): Promise<void> {
  event()
  await new Promise(setImmediate)
}

describe('what goes to the partitions of one broker', () => {
  it('leaves together where it was handed over in one turn, and each has its own outcome', async () => {
    const room = new Room()
    const outcomes = room.leave(sending(0), sending(1), sending(2))
    await turn()
    expect(room.sent).toEqual([[0, 1, 2]])
    await room.requests[0].answer(7, new Error('too large'), 9)
    expect(outcomes).toEqual([7, 'too large', 9])
  })

  it('gathers while a request is on its way, and leaves with the next', async () => {
    const room = new Room()
    room.leave(sending(0))
    await turn()
    room.leave(sending(1))
    await turn()
    room.leave(sending(2), sending(3))
    await turn()
    expect(room.sent).toEqual([[0]])
    await room.requests[0].answer(0)
    expect(room.sent).toEqual([[0], [1, 2, 3]])
  })

  it('fails where the request got no answer, and what has gathered leaves all the same', async () => {
    const room = new Room()
    const lost = room.leave(sending(0), sending(1))
    await turn()
    const later = room.leave(sending(2))
    await turn()
    await room.requests[0].fail()
    expect(lost).toEqual(['Closed connection', 'Closed connection'])
    await room.requests[1].answer(4)
    expect(later).toEqual([4])
  })

  it('stays where its caller has given it up meanwhile: it would come late, behind what he did next', async () => {
    const room = new Room()
    room.leave(sending(0))
    await turn()
    const caller = new AbortController()
    const outcomes = room.leave(sending(1, 1, caller.signal), sending(2))
    await turn()
    caller.abort()
    await room.requests[0].fail()
    expect(room.sent).toEqual([[0], [2]])
    await room.requests[1].answer(5)
    expect(outcomes).toEqual([expect.stringContaining('was not sent'), 5])
  })

  it('leaves at once where it fills a request, behind one other at most', async () => {
    const room = new Room()
    for (const partition of [0, 1, 2]) {
      room.leave(sending(partition, 100_000))
      await turn()
    }
    expect(room.sent).toEqual([[0], [1]])
    await room.requests[1].answer(0)
    expect(room.sent).toEqual([[0], [1], [2]])
  })

  it('takes several requests where it does not fit one', async () => {
    const room = new Room()
    room.leave(...[0, 1, 2, 3].map((partition) => sending(partition, 7 << 20)))
    await turn()
    expect(room.sent).toEqual([
      [0, 1],
      [2, 3],
    ])
  })
})
