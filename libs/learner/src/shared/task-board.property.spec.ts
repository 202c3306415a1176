import fc from 'fast-check'
import { boardMemory, TaskBoard, WORKERS_MAX } from './task-board'

type Far = 'claimed' | 'written' | 'done'

/** A board as one would write it who had no other threads to fear. */
class PlainBoard {
  phase = 0
  tasks: ({ worker: number; far: Far } | undefined)[] = []
  private next = 0

  publish(tasks: number): void {
    this.phase++
    this.next = 0
    this.tasks = new Array<undefined>(tasks).fill(undefined)
  }

  append(tasks: number): void {
    this.tasks.push(...new Array<undefined>(tasks).fill(undefined))
  }

  claim(worker: number, phase: number): number {
    for (;;) {
      const task = this.next++
      if (task >= this.tasks.length) return -1
      if (this.claimOne(task, worker, phase)) return task
    }
  }

  claimOne(task: number, worker: number, phase: number): boolean {
    if (phase !== this.phase || this.tasks[task]) return false
    this.tasks[task] = { worker, far: 'claimed' }
    return true
  }

  claimLeft(worker: number): number {
    return this.tasks.findIndex((_, task) => this.claimOne(task, worker, this.phase))
  }

  takeOver(task: number, from: number, { worker, isDead }: { worker: number; isDead: boolean }): boolean {
    const held = this.tasks[task]
    const mayPass = held?.worker === from && (held.far === 'claimed' || (isDead && held.far === 'written'))
    if (mayPass) this.tasks[task] = { worker, far: 'claimed' }
    return mayPass
  }

  beginWriting(task: number, worker: number, phase: number): boolean {
    const held = this.tasks[task]
    if (phase !== this.phase || held?.worker !== worker || held.far !== 'claimed') return false
    held.far = 'written'
    return true
  }

  complete(task: number, worker: number, phase: number): void {
    const held = this.tasks[task]
    if (phase === this.phase && held?.worker === worker && held.far !== 'done') held.far = 'done'
  }
}

const worker = fc.nat(WORKERS_MAX - 1)
const task = fc.nat(4)
/** Whoever believes in the phase before is late. */
const late = fc.integer({ min: -1, max: 0 })
const event = fc.oneof(
  fc.record({ kind: fc.constant('publish' as const), tasks: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('append' as const), tasks: fc.nat(2) }),
  fc.record({ kind: fc.constantFrom('claim' as const, 'claimLeft' as const), worker, late }),
  fc.record({ kind: fc.constantFrom('claimOne' as const, 'beginWriting' as const, 'complete' as const), task, worker, late }),
  fc.record({ kind: fc.constant('takeOver' as const), task, from: worker, worker, isDead: fc.boolean() }),
)

/** Lets something happen to a board, and says what it answers. */
function happen(board: TaskBoard | PlainBoard, one: typeof event extends fc.Arbitrary<infer E> ? E : never, tasks: number): unknown {
  switch (one.kind) {
    case 'publish':
    case 'append':
      return board[one.kind](one.tasks)
    case 'claim':
      return board.claim(one.worker, board.phase + one.late)
    case 'claimLeft':
      return board.claimLeft(one.worker)
    case 'takeOver':
      return one.task < tasks && board.takeOver(one.task, one.from, one)
    default:
      return one.task < tasks && board[one.kind](one.task, one.worker, board.phase + one.late)
  }
}

describe('whatever workers do at a board', () => {
  it('it says what one would that nobody shares: who holds what, and when all is done', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const [board, plain] = [new TaskBoard(boardMemory()), new PlainBoard()]
        for (const one of [{ kind: 'publish' as const, tasks: 3 }, ...events]) {
          const tasks = plain.tasks.length
          expect(happen(board, one, tasks)).toEqual(happen(plain, one, tasks))
          const held = plain.tasks.map((holder) => holder && { worker: holder.worker, isDone: holder.far === 'done' })
          expect(plain.tasks.map((_, i) => board.holderOf(i))).toEqual(held)
          expect(board.unfinished()).toEqual(
            held.flatMap((holder, i) => (holder && !holder.isDone ? [{ task: i, worker: holder.worker }] : [])),
          )
          expect(board.waitUntilDone(0)).toBe(held.every((holder) => holder?.isDone))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('it counts on from its last phase to the first, with the largest worker in both', () => {
    const memory = boardMemory()
    const board = new TaskBoard(memory)
    new Int32Array(memory)[0] = 2 ** 24 - 2 // its phase
    for (const phase of [2 ** 24 - 1, 0]) {
      board.publish(2)
      expect(board.phase).toBe(phase)
      expect([board.claim(WORKERS_MAX - 1, phase), board.claim(0, phase), board.claim(1, phase)]).toEqual([0, 1, -1])
      expect(board.holderOf(0)).toEqual({ worker: WORKERS_MAX - 1, isDone: false })
      expect(board.beginWriting(0, WORKERS_MAX - 1, phase)).toBe(true)
      board.complete(0, WORKERS_MAX - 1, phase)
      board.complete(1, 0, phase)
      expect(board.waitUntilDone(0)).toBe(true)
    }
  })
})
