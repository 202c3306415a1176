import { type ranker, RankerClient } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import { call, connect } from '@freshet/service'

/** Users who ask for lists at a steady rate, whether or not the one before was answered. */
export interface QuestionOptions {
  readonly address: string
  readonly clock: Clock
  readonly perS: number
  readonly userOf: (index: number) => string
  readonly onAnswer: (answer: ranker.RecommendResponse, tookMs: number) => void
  readonly signal: AbortSignal
}

/** What became of the questions. */
export interface Questioned {
  readonly asked: number
  /** What was not answered, by its message: an answer that fails is none. */
  readonly failures: ReadonlyMap<string, number>
}

const LIMIT = 10

/** Asks until `signal` aborts, then waits for the last answers. */
export async function ask({ address, clock, perS, userOf, onAnswer, signal }: QuestionOptions): Promise<Questioned> {
  const client = connect(RankerClient, address)
  const failures = new Map<string, number>()
  const waiting = new Set<Promise<void>>()
  const askOnce = async (index: number): Promise<void> => {
    const startMs = clock.monotonicMs()
    try {
      const question = {
        sessionId: '',
        surface: 'bench',
        limit: LIMIT,
        context: {},
        rules: undefined,
        explain: false,
        dryRun: false,
        includeSeen: false,
      }
      const answer = await call(client, 'recommend', { ...question, userId: userOf(index) })
      onAnswer(answer, clock.monotonicMs() - startMs)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.set(message, (failures.get(message) ?? 0) + 1)
    }
  }
  const startMs = clock.monotonicMs()
  let asked = 0
  while (!signal.aborted) {
    for (; asked < ((clock.monotonicMs() - startMs) / 1000) * perS; asked++) {
      const question = askOnce(asked).finally(() => waiting.delete(question))
      waiting.add(question)
    }
    await clock.sleep(1000 / perS, signal)
  }
  await Promise.all(waiting)
  client.close()
  return { asked, failures }
}
