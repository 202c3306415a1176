import { ranker, trainer } from '@freshet/contracts/services'
import { CorruptError, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { READY_MS, rankerReady, trainerReady } from './readiness'

const { TRAINER_ROLE_OWNER: OWNER, TRAINER_ROLE_FOLLOWER: FOLLOWER } = trainer.TrainerRole

/** How long somebody waits whose service says, at each moment, what `says` gives. */
async function waited(ready: (clock: ReturnType<typeof fakeClock>) => Promise<void>): Promise<number> {
  const clock = fakeClock()
  let endedMs = Infinity
  const ended = ready(clock).finally(() => (endedMs = clock.monotonicMs()))
  ended.catch(() => undefined)
  for (let i = 0; i < 1600 && endedMs === Infinity; i++) await clock.advance(READY_MS.poll)
  await ended
  return endedMs
}

const rankerSays = (journalPosition: number, ...degraded: string[]): ranker.GetStatusResponse =>
  ranker.GetStatusResponse.fromPartial({ journalPosition, journalEnd: 10, provenance: { degraded } })

describe('a command that hosts a ranker', () => {
  const waitedFor = (says: (nowMs: number) => ranker.GetStatusResponse): Promise<number> =>
    waited((clock) => rankerReady(clock, async () => says(clock.monotonicMs())))

  it('asks it once it has read the journal and built its vectors', async () => {
    const ms = await waitedFor((nowMs) => (nowMs < 3000 ? rankerSays(4) : nowMs < 5000 ? rankerSays(10, 'no-vectors') : rankerSays(10)))
    expect(ms).toBeGreaterThanOrEqual(5000)
    expect(ms).toBeLessThan(5100)
  })

  it('asks it at once where only the answer itself is degraded', async () => {
    expect(await waitedFor(() => rankerSays(10, 'unknown-user'))).toBe(0)
  })

  it.each([
    ['at the end of the journal', 10],
    ['before it', 0],
  ])('waits a second for a version that nobody makes, %s', async (_, position) => {
    const ms = await waitedFor(() => rankerSays(position, 'no-model', 'model-behind'))
    expect(ms).toBeGreaterThanOrEqual(READY_MS.behind)
    expect(ms).toBeLessThan(READY_MS.behind + 100)
  })

  it('begins that second anew where a version has come', async () => {
    const ms = await waitedFor((nowMs) => (nowMs >= 800 && nowMs < 900 ? rankerSays(5) : rankerSays(5, 'model-behind')))
    expect(ms).toBeGreaterThanOrEqual(900 + READY_MS.behind)
  })

  it('waits for the items however far behind the model is, but not for ever', async () => {
    expect(await waitedFor((nowMs) => rankerSays(5, 'model-behind', ...(nowMs < 4000 ? ['loading-items'] : [])))).toBeGreaterThanOrEqual(
      4000,
    )
    expect(await waitedFor(() => rankerSays(4))).toBeGreaterThanOrEqual(READY_MS.most)
  })
})

describe('a command that hosts a trainer', () => {
  const trainerSays = (role: trainer.TrainerRole): trainer.GetStatusResponse => trainer.GetStatusResponse.fromPartial({ role })

  it('waits until it owns the model set, also while its thread is still starting', async () => {
    const ms = await waited((clock) =>
      trainerReady(clock, async () => {
        if (clock.monotonicMs() < 500) throw new UnavailableError('the trainer', 'it is starting')
        return trainerSays(clock.monotonicMs() < 1500 ? FOLLOWER : OWNER)
      }),
    )
    expect(ms).toBeGreaterThanOrEqual(1500)
    expect(ms).toBeLessThan(1600)
  })

  it('says at once what keeps it from learning', async () => {
    const damaged = new CorruptError('the journal', 'it begins at 204, and no version can be opened', 'restore a version from a backup')
    await expect(waited((clock) => trainerReady(clock, () => Promise.reject(damaged)))).rejects.toThrow('restore a version')
  })
})
