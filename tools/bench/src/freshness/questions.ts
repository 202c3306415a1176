import { type ranker, RankerClient } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import { call, connect } from '@freshet/service'

/** Users who ask for lists at a steady rate, over so many connections' worth of questions at once. */
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
  readonly askedPerS: number
  /** What was not answered, by its message: an answer that fails is none. */
  readonly failures: ReadonlyMap<string, number>
}

const LIMIT = 10
const AT_ONCE_MAX = 32 // an application has a pool: where answers are slow, fewer are asked for, and the count says so
const DEADLINE_MS = 5_000

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
      const answer = await call(client, 'recommend', { ...question, userId: userOf(index) }, { deadlineMs: DEADLINE_MS })
      onAnswer(answer, clock.monotonicMs() - startMs)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.set(message, (failures.get(message) ?? 0) + 1)
    }
  }
  const startMs = clock.monotonicMs()
  let asked = 0
  while (!signal.aborted) {
    for (; waiting.size < AT_ONCE_MAX && asked < ((clock.monotonicMs() - startMs) / 1000) * perS; asked++) {
      const question = askOnce(asked).finally(() => waiting.delete(question))
      waiting.add(question)
    }
    await clock.sleep(1000 / perS, signal)
  }
  const askedPerS = (asked * 1000) / (clock.monotonicMs() - startMs)
  await Promise.all(waiting)
  client.close()
  return { askedPerS, failures }
}
