import type { Clock } from '@freshet/kernel'

/** Waits for `work`, but no longer than a bound: a halted broker answers nobody. Whether it succeeds is not asked. */
export async function atMost(boundMs: number, clock: Pick<Clock, 'sleep'>, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work.catch(() => undefined), clock.sleep(boundMs, over.signal)])
  over.abort()
}
