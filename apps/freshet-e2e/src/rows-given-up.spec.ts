import { writeFile } from 'node:fs/promises'
import { builtInDictionary } from '@freshet/features'
import { call } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { eventually } from './eventually.fixture'
import { type House, openHouse, settingsOf } from './house.fixture'
import { runFreshet } from './processes.fixture'
import { event, items, learned, send, status, stock } from './shop.fixture'

const RULES = '  admission: 2\n  expireAfterSteps: 6\n  memoryBytes: 4e6\n'

let house: House
let directory: TemporaryDirectory

beforeAll(async () => {
  directory = await temporaryDirectory()
  const dictionary = directory.within('forgetful.yaml')
  const text = builtInDictionary('demo').replace(
    '  rank: { dimensions: 8, hidden: [32, 16] }\n',
    `${RULES}  rank: { hidden: [16], dropout: 0.2 }\n`,
  )
  await writeFile(dictionary, text)
  house = await openHouse({ dictionary })
  await stock(house)
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

/** Clicks of users who come once. */
const visits = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    event({
      eventId: `visit-${from + i}`,
      userId: `guest-${Math.floor((from + i) / 6)}`,
      itemId: items[(7 * (from + i)) % items.length].itemId,
    }),
  )

/** Lets guests come, some steps' worth at a time, until some of their rows have been given up. */
async function untilExpired(from: number): Promise<number> {
  for (let next = from; ; next += 60) {
    await send(house, visits(next, 60))
    await learned(house)
    if ((await call(house.trainer, 'getStatus', {})).rowsExpired > 20) return next + 60
  }
}

describe('a line whose rows are given up', () => {
  it('has the same rows in the ranker as in the trainer, through a crash, and those of a twin', async () => {
    const next = await untilExpired(0)
    const before = await call(house.trainer, 'getStatus', {})
    expect(before).toMatchObject({ expireAfterSteps: 6, tableBytesMax: 4e6 })
    expect(before.tableBytes).toBeLessThanOrEqual(4e6)
    await eventually('the same rows in the ranker', async () => (await status(house)).rows === before.rows)
    await house.fleet.signal('trainer', 'SIGKILL')
    await house.fleet.launch('trainer')
    await untilExpired(next)
    const { rows } = await call(house.trainer, 'getStatus', {})
    await eventually('the same rows in the ranker', async () => (await status(house)).rows === rows)
    const verified = await runFreshet(['verify', '--json'], { cwd: house.directory.path, env: settingsOf(house) })
    expect(JSON.parse(verified.stdout)).toMatchObject({ isEqual: true, rows })
  }, 180_000)
})
