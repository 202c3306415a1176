import type { Table, TableMemory } from '@freshet/embedding'
import { InvalidFieldError } from '@freshet/kernel'
import type { CutMemory, MemorySizes } from './memory'
import { type TaskBoard, WORKERS_MAX } from './task-board'
import type { StartThread, WorkerThread } from './thread'
import type { TableBuffer, WorkerBeginning, WorkerNews } from './worker'

/** What a crew is made of. */
export interface CrewParts {
  readonly board: TaskBoard
  readonly tables: readonly Table[]
  /** All that a worker begins with, but its number. */
  readonly beginning: Omit<WorkerBeginning, 'worker'>
  readonly start: StartThread
  /** Told of a worker that nobody had asked to leave; not of a guest, of whom whoever invited it hears. */
  readonly onLost?: (worker: number, failure: Error | undefined) => void
}

/** The threads that share an engine's work: they come, leave and die while it goes on. */
export class Crew {
  private readonly threads = new Map<number, WorkerThread>()
  private readonly leaving = new Map<number, WorkerThread>()
  private readonly guests = new Set<number>()
  private readonly known = new Set<ArrayBufferLike>()
  private version = 0
  private hasEnded = false
  private memory: WorkerNews['memory']

  constructor(private readonly parts: CrewParts) {}

  /** How many threads work, the owner's among them, guests left out. */
  get size(): number {
    return 1 + this.workers.length
  }

  /** True once its engine is closed: nobody comes any more. */
  get isClosed(): boolean {
    return this.hasEnded
  }

  /** Whether a worker may still finish what it has claimed. */
  isAlive(worker: number): boolean {
    return this.threads.has(worker) || this.leaving.has(worker)
  }

  /** Whether there are workers of another kind. */
  get hasGuests(): boolean {
    return this.guests.size > 0
  }

  /** Whether a worker is a thread of this machine that may still finish what it has claimed, and soon will. */
  isThread(worker: number): boolean {
    return this.isAlive(worker) && !this.guests.has(worker)
  }

  /** Lets threads come or leave until there are so many, the owner's among them; settles when those that came take tasks. */
  async scaleTo(size: number): Promise<void> {
    if (!Number.isSafeInteger(size) || size < 1 || size > WORKERS_MAX) {
      const rule = `an engine has 1 to ${WORKERS_MAX} workers, whoever owns it among them`
      throw new InvalidFieldError({ field: 'workers', value: size, rule, remedy: 'choose as many as there are cores' })
    }
    for (const worker of this.workers.slice(size - 1)) this.dismiss(worker)
    const coming: Promise<void>[] = []
    while (this.size < size) coming.push(this.hire(this.freeNumber(), this.parts.start))
    await Promise.all(coming)
  }

  /** Takes in a worker of another kind, see `carriersTo`; {@link scaleTo} leaves it alone. Answers its number, to {@link dismiss} it by. */
  async invite(start: StartThread): Promise<number> {
    const worker = this.freeNumber()
    this.guests.add(worker)
    await this.hire(worker, start)
    return worker
  }

  /** Asks a worker to leave; what it has claimed and does not finish, the owner does. */
  dismiss(worker: number): void {
    const thread = this.threads.get(worker)
    if (!thread) return
    this.threads.delete(worker)
    this.leaving.set(worker, thread)
    this.parts.board.ask(worker, 'leave')
  }

  /**
   * Lets a thread die with what it has claimed, as a crash would; settles when it has. Not by ending it from outside: where that meets it inside the
   * runtime, the whole process ends.
   */
  async kill(worker: number): Promise<void> {
    const thread = this.threads.get(worker)
    if (!thread) return
    this.parts.board.ask(worker, 'die')
    await new Promise<void>((resolve) => thread.onEnd(() => resolve()))
  }

  /** The numbers of the threads that work, the owner's and guests left out. */
  get workers(): number[] {
    return [...this.threads.keys()].filter((worker) => !this.guests.has(worker))
  }

  /** Gives the crew another memory for cuts. */
  renew(cut: CutMemory, sizes: MemorySizes): void {
    this.memory = { cut, sizes }
    this.tell({ version: ++this.version, buffers: [], memory: this.memory })
  }

  /** Tells of what tables have grown by. */
  share(): void {
    const buffers = this.buffers().filter(({ buffer }) => !this.known.has(buffer))
    if (buffers.length === 0) return
    this.known.clear()
    for (const { buffer } of this.buffers()) this.known.add(buffer)
    this.tell({ version: ++this.version, buffers })
  }

  async close(): Promise<void> {
    this.hasEnded = true
    for (const worker of [...this.threads.keys()]) this.dismiss(worker)
    await Promise.all([...this.leaving.values()].map((thread) => new Promise<void>((resolve) => thread.onEnd(() => resolve()))))
  }

  private tell(news: WorkerNews): void {
    for (const thread of this.threads.values()) thread.post(news)
    this.parts.board.announceMemory(this.version)
  }

  private freeNumber(): number {
    const worker = Array.from({ length: WORKERS_MAX - 1 }, (_, i) => i + 1).find((number) => !this.isAlive(number))
    if (worker !== undefined) return worker
    const rule = `an engine has at most ${WORKERS_MAX} workers, guests and those that are leaving among them`
    throw new InvalidFieldError({ field: 'workers', value: WORKERS_MAX + 1, rule, remedy: 'let one leave first' })
  }

  private hire(worker: number, start: StartThread): Promise<void> {
    const { board, beginning, onLost } = this.parts
    board.ask(worker, 'nothing')
    const thread = start({ ...beginning, worker })
    this.threads.set(worker, thread)
    thread.onEnd((failure) => {
      const isGuest = this.guests.delete(worker)
      if (this.threads.get(worker) === thread) {
        this.threads.delete(worker)
        if (!isGuest) onLost?.(worker, failure)
      }
      if (this.leaving.get(worker) === thread) this.leaving.delete(worker)
    })
    thread.post({ version: this.version, buffers: this.buffers(), memory: this.memory })
    return thread.ready
  }

  private buffers(): TableBuffer[] {
    const parts: (keyof TableMemory)[] = ['pages', 'index']
    return this.parts.tables.flatMap(({ memory }, t) => parts.flatMap((part) => memory[part].map((buffer, i) => ({ t, part, i, buffer }))))
  }
}
