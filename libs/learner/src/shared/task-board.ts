/// <reference lib="es2024.sharedmemory" />
/** How many threads may share an engine's work, the owner among them. */
export const WORKERS_MAX = 16

/** Words of the board, before the workers' own. */
const WORD = { phase: 0, next: 1, tasks: 2, done: 3, memory: 4, ownWords: 16 } as const
const STATES = 128 // a state is phase · 128 + 4 · (worker + 1) + how far it is; 0 in the lower bits: free
const PHASES = 1 << 24

/** What a worker may be asked: to leave when it has done what it has claimed, or to die holding it. */
const ASKED = { nothing: 0, leave: 1, die: 2 } as const

/** How far a task is: claimed, its result being written, done. */
const FAR = { claimed: 0, written: 1, done: 2 } as const

/** The worker that owns the engine: it publishes the phases. */
export const OWNER = 0

/** Tasks of a phase: eight million distinct rows. */
export const TASKS_MAX = 65_536

/** Memory of a board. */
export const boardMemory = (): SharedArrayBuffer => new SharedArrayBuffer(4 * (WORD.ownWords + WORKERS_MAX + TASKS_MAX))

/**
 * Tasks that threads claim, one by one, in shared memory. The owner publishes a phase of tasks and publishes the next when all of them are done. A
 * claim carries the number of its phase, so a thread that was asleep for ages claims nothing that is not to be done now; and what it did claim counts
 * only while nobody has taken it over.
 */
export class TaskBoard {
  private readonly words: Int32Array
  private readonly states: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, WORD.ownWords + WORKERS_MAX)
    this.states = new Int32Array(memory, 4 * (WORD.ownWords + WORKERS_MAX))
  }

  get phase(): number {
    return Atomics.load(this.words, WORD.phase)
  }

  /** How often the memory that tasks work on was replaced or extended: who claims a task has to have heard of all of it. */
  get memoryVersion(): number {
    return Atomics.load(this.words, WORD.memory)
  }

  /** Says that there is memory to hear of. */
  announceMemory(version: number): void {
    Atomics.store(this.words, WORD.memory, version)
  }

  /** Begins a phase. */
  publish(tasks: number): void {
    const phase = (this.phase + 1) % PHASES
    for (let i = 0; i < tasks; i++) Atomics.store(this.states, i, phase * STATES)
    Atomics.store(this.words, WORD.next, 0)
    Atomics.store(this.words, WORD.done, 0)
    Atomics.store(this.words, WORD.tasks, tasks)
    Atomics.store(this.words, WORD.phase, phase)
    Atomics.notify(this.words, WORD.phase)
  }

  /** Adds tasks to the phase; who had found nothing left to do does not look again. */
  append(tasks: number): void {
    const before = Atomics.load(this.words, WORD.tasks)
    for (let i = before; i < before + tasks; i++) Atomics.store(this.states, i, this.phase * STATES)
    Atomics.store(this.words, WORD.tasks, before + tasks)
  }

  /** Sleeps until the phase is another than `phase`, or so many milliseconds. */
  waitForPhase(phase: number, ms: number): void {
    Atomics.wait(this.words, WORD.phase, phase, ms)
  }

  /** As {@link waitForPhase}, for a thread that has something else to listen to meanwhile. */
  async phaseAfter(phase: number, ms: number): Promise<void> {
    await Atomics.waitAsync(this.words, WORD.phase, phase, ms).value
  }

  /** Claims a task of `phase`; −1 where none is left. */
  claim(worker: number, phase: number): number {
    for (;;) {
      const task = Atomics.add(this.words, WORD.next, 1)
      if (task >= Atomics.load(this.words, WORD.tasks)) return -1
      if (this.move(task, phase * STATES, claimed(phase, worker))) return task
    }
  }

  /** Claims this one, where it is free. */
  claimOne(task: number, worker: number, phase: number): boolean {
    return this.move(task, phase * STATES, claimed(phase, worker))
  }

  /** Claims a task that whoever was to claim it has passed over; −1 where there is none. */
  claimLeft(worker: number): number {
    const { phase } = this
    const tasks = Atomics.load(this.words, WORD.tasks)
    for (let task = 0; task < tasks; task++) if (this.move(task, phase * STATES, claimed(phase, worker))) return task
    return -1
  }

  /** Takes over what another worker has claimed; false where it is writing its result or has finished meanwhile, unless it is dead. */
  takeOver(task: number, from: number, to: { readonly worker: number; readonly isDead: boolean }): boolean {
    const [before, after] = [claimed(this.phase, from), claimed(this.phase, to.worker)]
    return this.move(task, before, after) || (to.isDead && this.move(task, before + FAR.written, after))
  }

  /** Says that a task's result will be written now; false where it was taken over: then nothing may be written. */
  beginWriting(task: number, worker: number, phase: number): boolean {
    return this.move(task, claimed(phase, worker), claimed(phase, worker) + FAR.written)
  }

  /** Says that a task is done, unless it was taken over. */
  complete(task: number, worker: number, phase: number): void {
    const done = claimed(phase, worker) + FAR.done
    if (!this.move(task, claimed(phase, worker), done) && !this.move(task, claimed(phase, worker) + FAR.written, done)) return
    if (Atomics.add(this.words, WORD.done, 1) + 1 === Atomics.load(this.words, WORD.tasks)) Atomics.notify(this.words, WORD.done)
  }

  /** Sleeps until all tasks are done, or so many milliseconds; whether they are. */
  waitUntilDone(ms: number): boolean {
    const done = Atomics.load(this.words, WORD.done)
    const tasks = Atomics.load(this.words, WORD.tasks)
    if (done < tasks) Atomics.wait(this.words, WORD.done, done, ms)
    return Atomics.load(this.words, WORD.done) === tasks
  }

  /** Who has a task of this phase, and whether it is done; undefined where it is free. */
  holderOf(task: number): { readonly worker: number; readonly isDone: boolean } | undefined {
    const state = Atomics.load(this.states, task)
    const holder = (state % STATES) >> 2
    return holder === 0 ? undefined : { worker: holder - 1, isDone: (state & 3) === FAR.done }
  }

  /** The tasks of this phase that are claimed and not done. */
  unfinished(): { readonly task: number; readonly worker: number }[] {
    return Array.from({ length: Atomics.load(this.words, WORD.tasks) }, (_, task) => ({ task, holder: this.holderOf(task) })).flatMap(
      ({ task, holder }) => (holder && !holder.isDone ? [{ task, worker: holder.worker }] : []),
    )
  }

  /** Asks something of a worker, or takes that back. */
  ask(worker: number, what: keyof typeof ASKED): void {
    Atomics.store(this.words, WORD.ownWords + worker, ASKED[what])
    Atomics.notify(this.words, WORD.phase)
  }

  /** Whether that was asked of a worker. */
  isAsked(worker: number, what: keyof typeof ASKED): boolean {
    return Atomics.load(this.words, WORD.ownWords + worker) === ASKED[what]
  }

  private move(task: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.states, task, from, to) === from
  }
}

const claimed = (phase: number, worker: number): number => phase * STATES + 4 * (worker + 1)
