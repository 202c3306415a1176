import { openTable } from '@freshet/embedding'
import { Crew } from './crew'
import type { CutMemory, MemorySizes } from './memory'
import { boardMemory, TaskBoard } from './task-board'
import type { StartThread } from './thread'
import type { WorkerBeginning, WorkerNews } from './worker'

const TABLE = { width: 2, segments: [2], rowScales: [0.5], seed: 3, shards: 2, pageBytes: 4096, isShared: true }
const CUT = {} as CutMemory // the crew only passes it on
const SIZES = {} as MemorySizes

/** Threads that only listen. */
function listeners() {
  const heard = new Map<number, WorkerNews[]>()
  const ends = new Map<number, (failure?: Error) => void>()
  const start: StartThread = ({ worker }) => {
    const news: WorkerNews[] = []
    const listening: ((failure?: Error) => void)[] = []
    heard.set(worker, news)
    ends.set(worker, (failure) => listening.forEach((listener) => listener(failure)))
    return {
      ready: Promise.resolve(),
      post: (each) => void news.push(each),
      onEnd: (listener) => void listening.push(listener),
    }
  }
  return { start, heard, end: (worker: number, failure?: Error) => ends.get(worker)?.(failure) }
}

function crewOf() {
  const memory = boardMemory()
  const board = new TaskBoard(memory)
  const table = openTable(TABLE)
  const threads = listeners()
  const beginning = { board: memory } as Omit<WorkerBeginning, 'worker'>
  const lost: [number, Error | undefined][] = []
  const onLost = (worker: number, failure: Error | undefined): void => void lost.push([worker, failure])
  return { board, table, threads, lost, crew: new Crew({ board, tables: [table], beginning, start: threads.start, onLost }) }
}

const grow = (table: ReturnType<typeof openTable>, ids: number): void =>
  void table.rowsOf(
    Uint32Array.from({ length: 2 * ids }, (_, i) => i + 1),
    ids,
    { step: 1 },
  )

describe('a crew', () => {
  it('numbers those that come from 1 on, and gives a number again only when its thread has ended', async () => {
    const { crew, threads } = crewOf()
    await crew.scaleTo(3)
    expect(crew.workers).toEqual([1, 2])
    await crew.scaleTo(2)
    expect([crew.workers, crew.isAlive(2)]).toEqual([[1], true])
    await crew.scaleTo(3)
    expect(crew.workers).toEqual([1, 3])
    threads.end(2)
    expect(crew.isAlive(2)).toBe(false)
    await crew.scaleTo(4)
    expect(crew.workers).toEqual([1, 3, 2])
  })

  it('asks those that are too many to leave, the latest first, and nobody else', async () => {
    const { crew, board } = crewOf()
    await crew.scaleTo(4)
    await crew.scaleTo(2)
    expect([1, 2, 3].map((worker) => board.isAsked(worker, 'leave'))).toEqual([false, true, true])
  })

  it('forgets a worker that dies', async () => {
    const { crew, board, threads } = crewOf()
    await crew.scaleTo(3)
    const dying = crew.kill(1)
    expect(board.isAsked(1, 'die')).toBe(true)
    threads.end(1)
    await dying
    expect([crew.size, crew.isAlive(1), crew.isAlive(2)]).toEqual([2, false, true])
  })

  it('takes guests in beside its own, and lets them leave by their number alone', async () => {
    const { crew, board, threads } = crewOf()
    await crew.scaleTo(2)
    const guest = await crew.invite(threads.start)
    expect([guest, crew.size, crew.workers]).toEqual([2, 2, [1]])
    await crew.scaleTo(1)
    await crew.scaleTo(3)
    expect([board.isAsked(guest, 'leave'), crew.workers]).toEqual([false, [3, 4]])
    crew.dismiss(guest)
    expect([board.isAsked(guest, 'leave'), crew.size, crew.isAlive(guest)]).toEqual([true, 3, true])
    expect([crew.hasGuests, crew.isThread(guest), crew.isThread(3)]).toEqual([true, false, true])
    threads.end(guest)
    expect([crew.isAlive(guest), crew.hasGuests]).toEqual([false, false])
  })

  it('tells guests of memory as it tells all others', async () => {
    const { crew, table, threads } = crewOf()
    const guest = await crew.invite(threads.start)
    crew.renew(CUT, SIZES)
    grow(table, 10)
    crew.share()
    expect(threads.heard.get(guest)?.map(({ memory }) => memory !== undefined)).toEqual([false, true, false])
  })

  it('refuses more than the board has places for, and has places again when some have ended', async () => {
    const { crew, threads } = crewOf()
    await crew.scaleTo(16)
    await expect(crew.invite(threads.start)).rejects.toThrow('workers is 17, but an engine has at most 16 workers, guests and those')
    await crew.scaleTo(15)
    await expect(crew.invite(threads.start)).rejects.toThrow('let one leave first')
    threads.end(15)
    expect(await crew.invite(threads.start)).toBe(15)
  })

  it('tells of a worker that ends though nobody asked it to leave, and by what; not of one that was asked', async () => {
    const { crew, threads, lost } = crewOf()
    await crew.scaleTo(3)
    threads.end(1, new RangeError('out of memory'))
    await crew.scaleTo(1)
    threads.end(2)
    const guest = await crew.invite(threads.start)
    threads.end(guest, new RangeError('of a guest'))
    expect(lost).toEqual([[1, new RangeError('out of memory')]])
  })

  it('tells a newcomer of all memory, and the others of what is new only', async () => {
    const { crew, table, threads, board } = crewOf()
    await crew.scaleTo(2)
    crew.renew(CUT, SIZES)
    grow(table, 10)
    crew.share()
    grow(table, 600)
    crew.share()
    await crew.scaleTo(3)
    const buffers = threads.heard.get(1)?.map((news) => news.buffers.length) ?? []
    expect(buffers[0]).toBe(table.memory.index.length)
    expect(buffers.slice(-1)[0]).toBeLessThan(table.memory.pages.length + table.memory.index.length)
    const [all] = threads.heard.get(2) ?? []
    expect(all.buffers).toHaveLength(table.memory.pages.length + table.memory.index.length)
    expect(all.memory).toEqual({ cut: CUT, sizes: SIZES })
    expect(all.version).toBe(board.memoryVersion)
  })

  it('says nothing where nothing has grown', async () => {
    const { crew, table, threads } = crewOf()
    await crew.scaleTo(2)
    grow(table, 10)
    crew.share()
    const before = threads.heard.get(1)?.length
    crew.share()
    expect(threads.heard.get(1)).toHaveLength(before ?? 0)
  })

  it('is closed when the last of its threads has ended', async () => {
    const { crew, threads } = crewOf()
    await crew.scaleTo(3)
    let isClosed = false
    const closing = crew.close().then(() => (isClosed = true))
    threads.end(1)
    await Promise.resolve()
    expect(isClosed).toBe(false)
    threads.end(2)
    await closing
    expect(crew.size).toBe(1)
  })
})
