import { openEngine, type StartThread } from '@freshet/learner'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { declareModelSet } from '@freshet/model'
import { graphHash } from '@freshet/onnx'
import { interpretGraph } from '@freshet/tensor'
import { type Scale, Workforce, type WorkforceNotice } from './workforce'

const { layout, declared } = compileDictionary(builtInDictionary('demo'))
const { learned, update } = declareModelSet(layout, declared.model)

/** Threads that do nothing but end when they are told to. */
function idleThreads() {
  const ends: ((failure?: Error) => void)[] = []
  const start: StartThread = () => {
    const listeners: ((failure?: Error) => void)[] = []
    ends.push((failure) => listeners.forEach((listener) => listener(failure)))
    return { ready: Promise.resolve(), post: () => undefined, onEnd: (listener) => void listeners.push(listener) }
  }
  return { start, ends }
}

const STANDINGS = [{ address: 'one:1', state: 'admitted', reason: '' }] as const

/** A roster that writes down for which graphs it was to serve, and when it was to look. */
function rosterBook() {
  const entries: string[] = []
  const replicas = {
    standings: [...STANDINGS],
    serve: (_: unknown, hash: string) => void entries.push(hash),
    look: () => void entries.push('look'),
  }
  return { entries, replicas }
}

async function openWorkforce(scale: Scale, workersMax = 3) {
  const { start, ends } = idleThreads()
  const { entries, replicas } = rosterBook()
  const notices: WorkforceNotice[] = []
  const workforce = new Workforce({
    start,
    scale,
    workersMax,
    replicas,
    lag: { much: 100, little: 10 },
    onNotice: (notice) => notices.push(notice),
  })
  const open = () => workforce.openEngine(learned, { compile: interpretGraph, update, learningRate: 0.01, seed: 1, logicalShards: 2 })
  await open()
  let second = 0
  /** Looks once a second. */
  const look = (lag: number, times = 1): void => {
    for (let i = 0; i < times; i++) workforce.look(lag, 1000 * second++)
  }
  return { workforce, notices, ends, look, open, entries }
}

describe('a workforce', () => {
  it('hires as many as are configured with its first look, whatever waits', async () => {
    const { workforce, look } = await openWorkforce(2)
    expect(workforce.status.workers).toBe(1)
    look(0, 60)
    expect(workforce.status).toEqual({ workers: 2, scalesByLoad: false, workersLost: 0, workerFailure: '', replicas: STANDINGS })
  })

  it('lets load decide, up to what the machine has, and says each change', async () => {
    const { workforce, notices, look } = await openWorkforce('auto')
    look(50, 20)
    expect(workforce.status.workers).toBe(1)
    look(5000, 20)
    expect(workforce.status).toMatchObject({ workers: 3, scalesByLoad: true })
    look(0, 120)
    expect(workforce.status.workers).toBe(1)
    expect(notices.map((notice) => notice.kind === 'scaled' && notice.workers)).toEqual([2, 3, 2, 1])
  })

  it('takes another scale from an operator, and goes back to load when it is told to', async () => {
    const { workforce, look } = await openWorkforce('auto')
    expect(await workforce.scaleTo(5)).toMatchObject({ workers: 5, scalesByLoad: false })
    look(0, 60)
    expect(workforce.status.workers).toBe(5)
    expect(await workforce.scaleTo('auto')).toMatchObject({ scalesByLoad: true })
    look(0)
    expect(workforce.status.workers).toBe(3)
    await expect(workforce.scaleTo(17)).rejects.toThrow('workers is 17, but an engine has 1 to 16 workers')
    expect(workforce.status.scalesByLoad).toBe(true)
  })

  it('tells of a thread that ended, and hires another one: at once the first time, later where they end again and again', async () => {
    const { workforce, notices, ends, look } = await openWorkforce(2)
    look(0)
    const counts: number[] = []
    for (let loss = 0; loss < 3; loss++) {
      ends[loss](new Error(`failure ${loss}`))
      let looks = 0
      for (; workforce.status.workers < 2; looks++) look(0)
      counts.push(looks)
    }
    expect(counts).toEqual([2, 3, 5])
    expect(notices).toEqual([0, 1, 2].map((loss) => ({ kind: 'worker-lost', worker: 1, reason: `failure ${loss}` })))
    expect(workforce.status).toMatchObject({ workersLost: 3, workerFailure: 'failure 2' })
  })

  it('lends threads to the engine that is stepped by now, and none to one that is closed', async () => {
    const { workforce, look, open, ends } = await openWorkforce(2)
    const next = await open()
    look(0)
    expect(ends).toHaveLength(1)
    expect(workforce.status.workers).toBe(2)
    const closing = next.close()
    ends[0]()
    await closing
    look(0, 3)
    expect(ends).toHaveLength(1)
  })

  it('has replicas serve each engine, by the hash of its graph, and look after each other look', async () => {
    const { entries, open, look } = await openWorkforce(1)
    look(0)
    await open()
    const hash = graphHash(learned.gradient)
    expect(entries).toEqual([hash, 'look', hash])
  })

  it('hires nobody, and says why, where threads would come to other bits', async () => {
    const { workforce, look, open, entries } = await openWorkforce('auto')
    workforce.stayAlone('steps run on cuda')
    await open()
    expect(entries).toHaveLength(1) // of the engine before: another provider's bits are no replica's
    look(5000, 20)
    expect(workforce.status.workers).toBe(1)
    await expect(workforce.scaleTo(2)).rejects.toThrow('steps run on cuda')
    expect(await workforce.scaleTo(1)).toMatchObject({ workers: 1 })
  })

  it('opens engines that step as the plain one does', async () => {
    const { open } = await openWorkforce(1)
    const tools = { compile: interpretGraph, update, learningRate: 0.01, seed: 1, logicalShards: 2 }
    expect((await open()).state.digest()).toBe((await openEngine(learned, tools)).state.digest())
  })
})
