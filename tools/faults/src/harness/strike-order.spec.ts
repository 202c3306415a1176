import { join } from 'node:path'
import { sourceArguments, type SpawnedSource, spawnSource, type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { createStriker, isStruck, order, ORDER_VARIABLE, recall, type StrikeOrder } from './strike-order'

let directory: TemporaryDirectory
let file: string

beforeEach(async () => {
  directory = await temporaryDirectory()
  file = directory.within('trainer.order')
})
afterEach(() => directory[Symbol.asyncDispose]())

const kill: StrikeOrder = { crossing: 'cut-committed', passes: 2, signal: 'SIGKILL' }

describe('a striker', () => {
  it('counts the crossing that it was ordered for, and strikes once', () => {
    const signals: string[] = []
    const striker = createStriker(file, (signal) => signals.push(signal))
    order(file, kill)
    for (const crossing of ['cut-committed', 'step-executed', 'cut-committed', 'step-executed'] as const) striker(crossing)
    expect([signals, isStruck(file)]).toEqual([[], false])
    for (let i = 0; i < 5; i++) striker('cut-committed')
    expect([signals, isStruck(file)]).toEqual([['SIGKILL'], true])
  })

  it('begins to count anew with each order, though its words be the same', () => {
    let strikes = 0
    const striker = createStriker(file, () => strikes++)
    order(file, kill)
    for (let i = 0; i < 2; i++) striker('cut-committed')
    order(file, kill)
    for (let i = 0; i < 2; i++) striker('cut-committed')
    expect(strikes).toBe(0)
    striker('cut-committed')
    expect(strikes).toBe(1)
  })

  it('lets one thread of a process strike where several come to the crossing', () => {
    let strikes = 0
    const threads = [1, 2].map(() => createStriker(file, () => strikes++))
    order(file, { ...kill, passes: 0 })
    for (const thread of threads) thread('cut-committed')
    expect(strikes).toBe(1)
  })

  it('does nothing on an order that was taken back', () => {
    let strikes = 0
    order(file, { ...kill, passes: 0 })
    expect(recall(file)).toBe(true)
    createStriker(file, () => strikes++)('cut-committed')
    expect([strikes, isStruck(file)]).toEqual([0, false])
  })

  it('says when an order can no longer be taken back', () => {
    order(file, { ...kill, passes: 0 })
    createStriker(file, () => undefined)('cut-committed')
    expect(recall(file)).toBe(false)
  })
})

describe('a process that is preloaded with a striker', () => {
  const spawn = (): SpawnedSource =>
    spawnSource(join(__dirname, 'crossing.fixture.ts'), [], {
      environment: {
        [ORDER_VARIABLE]: file,
        NODE_OPTIONS: [...sourceArguments, '--require', join(__dirname, '..', 'preload.ts')].join(' '),
      },
    })

  it.each(['main thread', 'worker thread'])('is killed at the crossing by its %s', async (thread) => {
    await using child = spawn()
    order(file, { crossing: 'batch-read', passes: 1, signal: 'SIGKILL' })
    child.send(thread)
    expect(await child.next()).toBe('passed')
    child.send(thread)
    expect(await child.ended).toBe('SIGKILL')
    expect(isStruck(file)).toBe(true)
  })

  it('stands still at the crossing until it is told to go on', async () => {
    await using child = spawn()
    order(file, { crossing: 'batch-read', passes: 0, signal: 'SIGSTOP' })
    child.send('main thread')
    const answer = child.next()
    while (!isStruck(file)) await new Promise(setImmediate)
    child.kill('SIGCONT')
    expect(await answer).toBe('passed')
  })
})
