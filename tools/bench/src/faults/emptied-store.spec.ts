import { type EventLog, TOPICS } from '@freshet/event-log'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { runFolders } from '@freshet/materialize'
import { foldAfresh } from './afresh'
import { findDiffering } from './differing-features'
import { clock, EmptiedHouse, STREAM, turn } from './emptied-house.fixture'

const PARTITIONS = 3
const SLOW = 2 // the partition whose catalogue takes long to read
const TURNS = 50 // of the event loop
const dictionary = compileDictionary(builtInDictionary('movielens'))

/** A log that brings one catalogue later than the others. */
const slowed = (log: EventLog): EventLog => ({
  ...log,
  async read(of, ...rest) {
    for (let i = 0; of.topic === TOPICS.catalog && of.partition === SLOW && i < TURNS; i++) await turn()
    return log.read(of, ...rest)
  },
})

describe('a store that is emptied under its folders', () => {
  it('holds the features of a fresh fold again, tastes included, whichever partition is faster', async () => {
    const house = await EmptiedHouse.open(PARTITIONS)
    const { log, store } = house
    await house.visit(400)
    const afresh = () => foldAfresh({ log, dictionary })
    await using _ = await runFolders({ log: slowed(log), store, dictionary, clock, member: 'one', onTrouble: () => {} })
    while (!(await house.isFolded())) await turn()
    expect(await findDiffering(store, PARTITIONS, await afresh())).toEqual([])
    house.empty()
    expect((await findDiffering(store, PARTITIONS, await afresh())).length).toBe(STREAM.users + STREAM.items)
    while (!(await house.isFolded())) await turn()
    expect(await findDiffering(store, PARTITIONS, await afresh())).toEqual([])
  })
})
