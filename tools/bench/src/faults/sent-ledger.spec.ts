import { EventRecord, Touch, UserState } from '@freshet/contracts'
import { type EventLog, type LogRecord, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { foldAfresh } from './afresh'
import { ADDED } from './changes'
import { adopts, folded, forgets, links, PARTITIONS, rates, session, user } from './folded-house.fixture'

type House = Awaited<ReturnType<typeof folded>>
type Values = readonly Uint8Array[]

/** The house's log with another topic `touches`, or another one, partition by partition. */
async function doctored(
  { log, scope }: House,
  doctor: (touches: Values, partition: number) => Values,
  topic: string = TOPICS.touches,
): Promise<House['scope']> {
  const other = openMemoryLog({ partitions: { [topic]: PARTITIONS } })
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const touches = (await log.read({ topic, partition }, 0, { records: 10_000 })).map(({ value }) => value)
    await other.append({ topic, partition }, doctor(touches, partition).map((value) => ({ key: '', value }))) // prettier-ignore
  }
  const read: EventLog['read'] = (of, ...rest): Promise<readonly LogRecord[]> => (of.topic === topic ? other : log).read(of, ...rest)
  return { ...scope, log: { ...log, read } }
}

const sentOf = async (scope: House['scope']) => (await foldAfresh(scope)).sent

/** What is done to the first partition alone. */
const inFirst = (doctor: (touches: Values) => Values) => (touches: Values, partition: number) =>
  partition === 0 ? doctor(touches) : touches

/** Where in a partition's touches the second of a source stands, and the third. */
function secondAndThird(touches: Values): readonly [number, number] {
  const places = touches.flatMap((value, place) => (Touch.decode(value).sourcePartition === 0 ? [place] : []))
  return [places[1], places[2]]
}

describe('the touches of a house', () => {
  it('are those that its events send, whatever else has happened: links, forgotten users, another dictionary', async () => {
    const sessions = ['s1', 's2', 's3']
    const changes = sessions.flatMap((id, i) => [rates(session(id), `e${id}`), links(id, `u${i}`), rates(user(`u${i}`), `after ${id}`)])
    const house = await folded(300, [...changes, forgets('u1'), adopts(ADDED), rates(user('u1'), 'later')])
    expect(await sentOf(house.scope)).toEqual({ lost: 0, unexpected: 0 })
  })

  it('may come again, each as it came first', async () => {
    const scope = await doctored(await folded(60), (touches) => [...touches, ...touches])
    expect(await sentOf(scope)).toEqual({ lost: 0, unexpected: 0 })
  })

  it('are lost where the topic holds none of them, though every item is as the topic says', async () => {
    const ratings = ['a', 'b', 'c', 'd', 'e'].map((id) => rates(user('u1'), id))
    const scope = await doctored(await folded(0, ratings), () => [])
    expect(await sentOf(scope)).toEqual({ lost: 5, unexpected: 0 })
  })

  it('are lost where one is not there, and where it comes too late for anybody to take', async () => {
    const house = await folded(60)
    const missing = inFirst((touches) => touches.filter((_, place) => place !== secondAndThird(touches)[0]))
    expect(await sentOf(await doctored(house, missing))).toEqual({ lost: 1, unexpected: 0 })
    const swapped = inFirst((touches) => {
      const [second, third] = secondAndThird(touches)
      return touches.map((value, place) => (place === second ? touches[third] : place === third ? touches[second] : value))
    })
    expect(await sentOf(await doctored(house, swapped))).toEqual({ lost: 1, unexpected: 0 })
    expect(await sentOf(await doctored(house, (touches) => touches.slice(0, -3)))).toEqual({ lost: 6, unexpected: 0 })
  })

  it('are lost where a number says something else than was sent, be it in a copy', async () => {
    const other = (value: Uint8Array): Uint8Array => Touch.encode({ ...Touch.decode(value), value: 99 }).finish()
    const house = await folded(60)
    const changed = await doctored(
      house,
      inFirst((touches) => touches.map((value, place) => (place === 1 ? other(value) : value))),
    )
    expect(await sentOf(changed)).toEqual({ lost: 1, unexpected: 0 })
    const copied = await doctored(
      house,
      inFirst((touches) => [...touches, other(touches[0])]),
    )
    expect(await sentOf(copied)).toEqual({ lost: 1, unexpected: 0 })
  })

  it('are too many where a number is one that no event has given', async () => {
    const beyond = (value: Uint8Array): Uint8Array => Touch.encode({ ...Touch.decode(value), sequence: 1_000_000 }).finish()
    const scope = await doctored(
      await folded(60),
      inFirst((touches) => [...touches, beyond(touches[0])]),
    )
    expect(await sentOf(scope)).toEqual({ lost: 0, unexpected: 1 })
  })
})

describe('the histories of sessions', () => {
  const changes = ['s1', 's2', 's3', 's4'].flatMap((id, i) => [rates(session(id), `e${id}`), links(id, `u${i}`)])
  const withHistories = (doctor: (moved: UserState) => Uint8Array | undefined) => (events: Values) =>
    events.map((value) => {
      const { record, ...rest } = EventRecord.decode(value)
      if (record?.$case !== 'moved' || record.moved.part?.$case !== 'userState') return value
      const userState = doctor(UserState.decode(record.moved.part.userState))
      const part = userState && ({ $case: 'userState', userState } as const)
      return EventRecord.encode({ record: part && { $case: 'moved', moved: { ...record.moved, part } }, ...rest }).finish()
    })

  it('are lost where they stand nowhere, though every user is as the events say', async () => {
    const house = await folded(60, changes)
    expect(await sentOf(house.scope)).toEqual({ lost: 0, unexpected: 0 })
    expect(await sentOf(await doctored(house, withHistories(() => undefined), TOPICS.events))).toEqual({ lost: 4, unexpected: 0 }) // prettier-ignore
  })

  it('are lost where they say something else, but for what depends on when touches arrive', async () => {
    const house = await folded(60, changes)
    const later = withHistories((state) => UserState.encode({ ...state, residualSum: 7 }).finish())
    expect(await sentOf(await doctored(house, later, TOPICS.events))).toEqual({ lost: 0, unexpected: 0 })
    const other = withHistories((state) => UserState.encode({ ...state, events: 7 }).finish())
    expect(await sentOf(await doctored(house, other, TOPICS.events))).toEqual({ lost: 4, unexpected: 0 })
  })
})
