import { itemKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { LogHouse } from './log-house.fixture'
import { PartitionFolder } from './partition-folder'
import { eventRecord } from './records.fixture'
import { SharedItems } from './shared-items'

const HERE = 0 // folded by the newcomer from the beginning
const THERE = 1 // folded by its last owner until the newcomer takes it over
const namesIn = (partition: number): string[] => [...'abcdefghij'].filter((id) => partitionOf(id, 2) === partition)
const [userHere, ...itemsHere] = namesIn(HERE)
const [userThere, item] = namesIn(THERE)

const click = (userId: string, itemId: string) => eventRecord({ userId, itemId, type: 'click', timeMs: 1 })

/** Lets pass what it is asked to, unless it was shut; then only once it has been opened. */
class Gate {
  private way = Promise.resolve()
  open: () => void = () => {}

  shut(): void {
    this.way = new Promise((resolve) => (this.open = resolve))
  }

  async pass<T>(value: T): Promise<T> {
    await this.way
    return value
  }
}

/** A process that keeps two items at hand. Its questions for positions and the answers to its questions for `item` pass gates. */
function processOf(house: LogHouse) {
  const [questions, answers] = [new Gate(), new Gate()]
  const store: OnlineStore = {
    ...house.store,
    positions: async (partition) => house.store.positions(await questions.pass(partition)),
    look: async (partition, keys) => {
      const sight = await house.store.look(partition, keys)
      return keys.includes(itemKey(item)) ? answers.pass(sight) : sight
    },
  }
  const { log, dictionary, partitions } = house
  const items = new SharedItems({ store, partitions, clock: systemClock, itemsMax: 2 })
  const load = (partition: number) => PartitionFolder.load({ log, store, dictionary, partition, items, seed: 7, usersMax: 2 })
  return { questions, answers, load }
}

async function foldAll(folder: PartitionFolder): Promise<void> {
  while ((await folder.step()) > 0);
}

/**
 * An item that `there` has yet to hear of a click on, and that the next step of `here` asks for. `others` are at hand beside it, so that a
 * scan finds no room for it.
 */
async function scene({ others }: { readonly others: number }) {
  const house = new LogHouse()
  const newcomer = processOf(house)
  const [here, there] = [await newcomer.load(HERE), await processOf(house).load(THERE)]
  await house.append(click(userThere, item), ...itemsHere.slice(0, others).map((other) => click(userHere, other)))
  await there.step()
  await foldAll(here)
  await house.append(click(userHere, item))
  return { house, newcomer, here, there }
}

describe('a partition that is taken over', () => {
  it('counts what its last owner has counted while an answer was on its way', async () => {
    const { house, newcomer, here, there } = await scene({ others: 2 })
    newcomer.answers.shut()
    const step = here.step()
    await new Promise(setImmediate)
    await there.step()
    const takenOver = await newcomer.load(THERE)
    newcomer.answers.open()
    await step
    await foldAll(takenOver)
    expect((await house.item(item))?.events).toBe(2)
  })

  it('counts what its last owner has counted before the question for its positions arrived', async () => {
    const { house, newcomer, here, there } = await scene({ others: 1 })
    newcomer.questions.shut()
    const loading = newcomer.load(THERE)
    await here.step()
    await there.step()
    newcomer.questions.open()
    const takenOver = await loading
    await house.append(click(userHere, item))
    await here.step()
    await foldAll(takenOver)
    expect((await house.item(item))?.events).toBe(3)
  })
})
