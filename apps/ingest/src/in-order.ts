/**
 * Answers in the order of the questions, with several being worked on at once: the next is read as soon as there is room, an answer
 * leaves as soon as it is its turn. The first failure ends the stream, after the answers before it.
 */
export async function* inOrder<Q, A>(
  questions: AsyncIterable<Q>,
  answer: (question: Q) => Promise<A>,
  atOnceMax: number,
): AsyncGenerator<A> {
  const turns: Promise<A>[] = []
  const changed = createSignal()
  let isDone = false
  const read = async (): Promise<void> => {
    for await (const question of questions) {
      while (turns.length >= atOnceMax && !isDone) await changed.next()
      if (isDone) return
      const turn = answer(question)
      turn.catch(() => undefined) // seen when its turn comes
      turns.push(turn)
      changed.raise()
    }
  }
  const reading = read().finally(() => {
    isDone = true
    changed.raise()
  })
  reading.catch(() => undefined) // seen at the end
  try {
    for (;;) {
      const turn = turns[0]
      if (turn) {
        yield await turn
        void turns.shift()
        changed.raise()
      } else if (isDone) {
        await reading
        return
      } else await changed.next()
    }
  } finally {
    isDone = true
    changed.raise()
  }
}

/** Wakes all who wait for the next change. */
function createSignal(): { raise(): void; next(): Promise<void> } {
  let waiting: (() => void)[] = []
  return {
    raise: () => {
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    next: () => new Promise((wake) => waiting.push(wake)),
  }
}
