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
}

/** The threads that share an engine's work: they come, leave and die while it goes on. */
export class Crew {
  private readonly threads = new Map<number, WorkerThread>()
  private readonly leaving = new Map<number, WorkerThread>()
  private readonly known = new Set<ArrayBufferLike>()
  private version = 0
  private memory: WorkerNews['memory']

  constructor(private readonly parts: CrewParts) {}

  /** How many threads work, the owner's among them. */
  get size(): number {
    return 1 + this.threads.size
  }

  /** Whether a worker may still finish what it has claimed. */
  isAlive(worker: number): boolean {
    return this.threads.has(worker) || this.leaving.has(worker)
  }

  /** Lets threads come or leave until there are so many, the owner's among them; settles when those that came take tasks. */
  async scaleTo(size: number): Promise<void> {
    if (!Number.isSafeInteger(size) || size < 1 || size > WORKERS_MAX) {
      const rule = `an engine has 1 to ${WORKERS_MAX} workers, whoever owns it among them`
      throw new InvalidFieldError({ field: 'workers', value: size, rule, remedy: 'choose as many as there are cores' })
    }
    for (const worker of [...this.threads.keys()].slice(size - 1)) this.dismiss(worker)
    const coming: Promise<void>[] = []
    while (this.size < size) coming.push(this.hire())
    await Promise.all(coming)
  }

  /**
   * Lets a thread die with what it has claimed, as a crash would; settles when it has. Not by ending it from outside: where that meets it inside the
   * runtime, the whole process ends.
   */
  async kill(worker: number): Promise<void> {
    const thread = this.threads.get(worker)
    if (!thread) return
    this.parts.board.ask(worker, 'die')
    await new Promise<void>((resolve) => thread.onEnd(resolve))
  }

  /** The numbers of the threads that work, the owner's left out. */
  get workers(): number[] {
    return [...this.threads.keys()]
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
    for (const worker of [...this.threads.keys()]) this.dismiss(worker)
    await Promise.all([...this.leaving.values()].map((thread) => new Promise<void>((resolve) => thread.onEnd(resolve))))
  }

  private tell(news: WorkerNews): void {
    for (const thread of this.threads.values()) thread.post(news)
    this.parts.board.announceMemory(this.version)
  }

  private hire(): Promise<void> {
    const { board, beginning, start } = this.parts
    let worker = 1
    while (this.isAlive(worker)) worker++
    board.ask(worker, 'nothing')
    const thread = start({ ...beginning, worker })
    this.threads.set(worker, thread)
    thread.onEnd(() => {
      if (this.threads.get(worker) === thread) this.threads.delete(worker)
      if (this.leaving.get(worker) === thread) this.leaving.delete(worker)
    })
    thread.post({ version: this.version, buffers: this.buffers(), memory: this.memory })
    return thread.ready
  }

  private dismiss(worker: number): void {
    const thread = this.threads.get(worker)
    if (!thread) return
    this.threads.delete(worker)
    this.leaving.set(worker, thread)
    this.parts.board.ask(worker, 'leave')
  }

  private buffers(): TableBuffer[] {
    const parts: (keyof TableMemory)[] = ['pages', 'index']
    return this.parts.tables.flatMap(({ memory }, t) => parts.flatMap((part) => memory[part].map((buffer, i) => ({ t, part, i, buffer }))))
  }
}
