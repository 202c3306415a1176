import { setImmediate } from 'node:timers/promises'
import { inOrder } from './in-order'

/** A question that answers when it is told to. */
interface Held {
  readonly name: string
  answer(): void
  fail(error: Error): void
}

function desk(names: readonly string[]) {
  const held: Held[] = []
  async function* questions(): AsyncGenerator<string> {
    yield* names
  }
  const answer = (name: string): Promise<string> =>
    new Promise((resolve, reject) => held.push({ name, answer: () => resolve(name.toUpperCase()), fail: reject }))
  return { held, questions: questions(), answer }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await setImmediate()
}

describe('answers in order', () => {
  it('leave in the order of the questions, whichever is ready first', async () => {
    const { held, questions, answer } = desk(['a', 'b', 'c'])
    const answers: string[] = []
    const reading = (async () => {
      for await (const text of inOrder(questions, answer, 3)) answers.push(text)
    })()
    await settle()
    held[2]?.answer()
    held[1]?.answer()
    await settle()
    expect(answers).toEqual([])
    held[0]?.answer()
    await reading
    expect(answers).toEqual(['A', 'B', 'C'])
  })

  it('leave as soon as it is their turn, without waiting for the next question', async () => {
    let ask = (_: string): void => undefined
    async function* questions(): AsyncGenerator<string> {
      yield 'a'
      yield await new Promise<string>((resolve) => (ask = resolve))
    }
    const stream = inOrder(questions(), async (name: string) => name, 8)
    expect(await stream.next()).toEqual({ value: 'a', done: false })
    const second = stream.next()
    await settle()
    ask('b')
    expect(await second).toEqual({ value: 'b', done: false })
    expect((await stream.next()).done).toBe(true)
  })

  it('are worked on so many at once and no more', async () => {
    const { held, questions, answer } = desk(['a', 'b', 'c', 'd'])
    const stream = inOrder(questions, answer, 2)
    const first = stream.next()
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['a', 'b'])
    held[0]?.answer()
    await first
    const second = stream.next()
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    held[1]?.answer()
    await second
    await stream.return(undefined)
  })

  it('end with the first failure, after the answers before it', async () => {
    const { held, questions, answer } = desk(['a', 'b', 'c'])
    const stream = inOrder(questions, answer, 3)
    const first = stream.next()
    await settle()
    held[1]?.fail(new RangeError('gone'))
    held[0]?.answer()
    expect((await first).value).toBe('A')
    await expect(stream.next()).rejects.toThrow('gone')
    expect((await stream.next()).done).toBe(true)
  })

  it('end with the failure of the questions, after the answers before it', async () => {
    async function* questions(): AsyncGenerator<string> {
      yield 'a'
      throw new RangeError('cut off')
    }
    const stream = inOrder(questions(), async (name) => name, 4)
    expect((await stream.next()).value).toBe('a')
    await expect(stream.next()).rejects.toThrow('cut off')
  })
})
