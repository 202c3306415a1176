import { UnavailableError } from '@freshet/kernel'
import { CommandQueue } from './command-queue'

const never = new AbortController().signal

describe('a command queue', () => {
  it('serves what was asked, in order, when the loop comes to it', async () => {
    const queue = new CommandQueue()
    const seen: string[] = []
    const answers = ['a', 'b'].map((name) => queue.ask(async () => seen.push(name)))
    expect(seen).toEqual([])
    await queue.serve()
    expect(await Promise.all(answers)).toEqual([1, 2])
    expect(seen).toEqual(['a', 'b'])
  })

  it('hands a refusal to who asked, and goes on', async () => {
    const queue = new CommandQueue()
    const refused = queue.ask(() => Promise.reject(new UnavailableError('it', 'wait')))
    const served = queue.ask(async () => 1)
    await Promise.all([expect(refused).rejects.toThrow('it is not available; wait'), queue.serve()])
    expect(await served).toBe(1)
  })

  it('wakes an idle loop', async () => {
    const queue = new CommandQueue()
    const idle = queue.idle(never, (until) => new Promise((resolve) => until.addEventListener('abort', () => resolve())))
    const answer = queue.ask(async () => 'woken')
    await idle
    await queue.serve()
    expect(await answer).toBe('woken')
  })

  it('lets go of what an idle loop still waited for when it goes on', async () => {
    const waited: AbortSignal[] = []
    await new CommandQueue().idle(new AbortController().signal, async (until) => void waited.push(until))
    expect(waited.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('does not idle while something waits', async () => {
    const queue = new CommandQueue()
    const answer = queue.ask(async () => 1)
    await queue.idle(never, () => Promise.reject(new UnavailableError('idling', 'never')))
    await queue.serve()
    expect(await answer).toBe(1)
  })

  it('looks exactly after the step that was named, and refuses one that was passed', async () => {
    const queue = new CommandQueue()
    let state = 3
    const fourth = queue.after(4, () => state)
    const missed = queue.after(3, () => state)
    const refusal = expect(missed).rejects.toThrow('the state after step 3')
    queue.stepped((state = 4))
    state = 5
    expect(await fourth).toBe(4)
    await refusal
  })

  it('refuses what waits and what comes once the loop has ended', async () => {
    const queue = new CommandQueue()
    const waiting = expect(queue.ask(async () => 1)).rejects.toThrow(UnavailableError)
    const looking = expect(queue.after(9, () => 1)).rejects.toThrow(UnavailableError)
    queue.close()
    await Promise.all([waiting, looking, expect(queue.ask(async () => 1)).rejects.toThrow(UnavailableError)])
  })
})
