import { boardMemory, TaskBoard } from './task-board'

const board = (tasks: number): TaskBoard => {
  const made = new TaskBoard(boardMemory())
  made.publish(tasks)
  return made
}

describe('a board', () => {
  it('gives each task to one worker, and no more than there are', () => {
    const tasks = board(3)
    const { phase } = tasks
    expect([tasks.claim(0, phase), tasks.claim(1, phase), tasks.claim(0, phase), tasks.claim(1, phase)]).toEqual([0, 1, 2, -1])
    expect(tasks.holderOf(1)).toEqual({ worker: 1, isDone: false })
  })

  it('gives nothing to whoever believes in a phase that is over', () => {
    const tasks = board(2)
    const before = tasks.phase
    tasks.publish(2)
    expect(tasks.claim(1, before)).toBe(-1)
    expect([tasks.claimLeft(0), tasks.claimLeft(0), tasks.claimLeft(0)]).toEqual([0, 1, -1])
  })

  it('gives one task that is asked for, where it is free and the phase is the one that is meant', () => {
    const tasks = board(3)
    const { phase } = tasks
    expect([tasks.claimOne(2, 1, phase - 1), tasks.claimOne(2, 1, phase), tasks.claimOne(2, 3, phase)]).toEqual([false, true, false])
    expect([tasks.claim(0, phase), tasks.claim(0, phase), tasks.claim(0, phase)]).toEqual([0, 1, -1])
  })

  it('wakes who listens to something else too, when a phase begins or it is asked something', async () => {
    const tasks = board(1)
    const woken = tasks.phaseAfter(tasks.phase, 60_000)
    tasks.publish(1)
    await woken
    const asked = tasks.phaseAfter(tasks.phase, 60_000)
    tasks.ask(1, 'leave')
    await asked
    await tasks.phaseAfter(tasks.phase - 1, 60_000) // it is over already
    expect(tasks.isAsked(1, 'leave')).toBe(true)
  })

  it('is done when all tasks are, appended ones among them', () => {
    const tasks = board(1)
    const { phase } = tasks
    tasks.append(1)
    for (let i = 0; i < 2; i++) {
      expect(tasks.waitUntilDone(0)).toBe(false)
      tasks.complete(tasks.claim(0, phase), 0, phase)
    }
    expect(tasks.waitUntilDone(0)).toBe(true)
  })

  it('lets a late worker write nothing once its task was taken over, and counts the task once', () => {
    const tasks = board(1)
    const { phase } = tasks
    tasks.claim(3, phase)
    expect(tasks.unfinished()).toEqual([{ task: 0, worker: 3 }])
    expect(tasks.takeOver(0, 3, { worker: 0, isDead: false })).toBe(true)
    expect(tasks.beginWriting(0, 3, phase)).toBe(false)
    tasks.complete(0, 3, phase)
    expect(tasks.waitUntilDone(0)).toBe(false)
    expect(tasks.beginWriting(0, 0, phase)).toBe(true)
    tasks.complete(0, 0, phase)
    expect(tasks.waitUntilDone(0)).toBe(true)
  })

  it('takes nothing over from a living worker that is writing its result, but does from a dead one', () => {
    const tasks = board(1)
    const { phase } = tasks
    tasks.claim(3, phase)
    tasks.beginWriting(0, 3, phase)
    expect(tasks.takeOver(0, 3, { worker: 0, isDead: false })).toBe(false)
    expect(tasks.takeOver(0, 3, { worker: 0, isDead: true })).toBe(true)
    expect(tasks.holderOf(0)).toEqual({ worker: 0, isDone: false })
  })

  it('asks each worker for itself', () => {
    const tasks = board(0)
    tasks.ask(2, 'leave')
    expect([tasks.isAsked(1, 'leave'), tasks.isAsked(2, 'leave'), tasks.isAsked(2, 'die')]).toEqual([false, true, false])
    tasks.ask(2, 'nothing')
    expect(tasks.isAsked(2, 'leave')).toBe(false)
  })
})
