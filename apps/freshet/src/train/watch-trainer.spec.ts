import { trainer } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { DeadlineExceededError } from '@freshet/service'
import { fakeClock } from '@freshet/testing'
import type { TrainerLook } from './picture'
import { createPainter, lookJson, watchTrainer } from './watch-trainer'

const statusAt = (examples: number, lag: number): trainer.GetStatusResponse =>
  trainer.GetStatusResponse.fromPartial({ step: examples, examples, lag: [lag], rankLoss: 1 / examples, auc: 0.5, examplesPerS: 100 })

/** What is shown while the answers come, a second apart; undefined: nobody answers. */
async function watched(answers: readonly (trainer.GetStatusResponse | undefined)[]): Promise<TrainerLook[]> {
  const [clock, stop, looks] = [fakeClock(), new AbortController(), [] as TrainerLook[]]
  let next = 0
  const ask = async (): Promise<trainer.GetStatusResponse> => {
    const answer = answers[next++]
    if (answer === undefined) throw new UnavailableError('a trainer at a:1', 'start it')
    return answer
  }
  const show = (look: TrainerLook): void => void looks.push(structuredClone(look))
  const watching = watchTrainer({ ask, clock, signal: stop.signal, everyMs: 1000, show })
  await clock.advance(1000 * (answers.length - 1))
  stop.abort()
  await watching
  return looks
}

describe('the view of a trainer', () => {
  it('shows each look with what was seen before, and how soon nothing is left', async () => {
    const looks = await watched([statusAt(100, 300), statusAt(200, 200), statusAt(300, 100)])
    expect(looks.map(({ etaS }) => etaS)).toEqual([3, 2, 1])
    expect(looks[2].history).toEqual({ loss: [0.01, 0.005, 1 / 300], auc: [0.5, 0.5, 0.5], examplesPerS: [100, 100, 100] })
  })

  it('waits for a trainer that is away, keeps its last figures, and measures its pace anew', async () => {
    const looks = await watched([undefined, statusAt(100, 300), undefined, statusAt(200, 200), statusAt(300, 100)])
    expect(looks.map(({ away }) => away?.slice(0, 22))).toEqual([
      'away: a trainer at a:1',
      undefined,
      'away: a trainer at a:1',
      undefined,
      undefined,
    ])
    expect(looks[0].status).toBeUndefined()
    expect(looks[2].status?.examples).toBe(100)
    expect(looks.map(({ etaS }) => etaS)).toEqual([undefined, 3, undefined, 2, 1])
  })

  it('tells a trainer that is busy from one that is away', async () => {
    const [clock, stop, looks] = [fakeClock(), new AbortController(), [] as TrainerLook[]]
    const show = (look: TrainerLook): void => {
      looks.push(look)
      stop.abort()
    }
    const ask = (): Promise<never> => Promise.reject(new DeadlineExceededError('getStatus', 10_000))
    await watchTrainer({ ask, clock, signal: stop.signal, everyMs: 1, show })
    expect(looks[0].away).toBe('busy: it does not answer in time')
  })

  it('remembers no figure that a trainer has not come to yet', async () => {
    const early = trainer.GetStatusResponse.fromPartial({ lag: [5], rankLoss: 0, auc: 0, examplesPerS: 0 })
    const looks = await watched([early, statusAt(100, 5)])
    expect(looks[1].history).toEqual({ loss: [0.01], auc: [0.5], examplesPerS: [100] })
  })

  it('remembers as many figures as a line draws', async () => {
    const looks = await watched(Array.from({ length: 50 }, (_, i) => statusAt(i + 1, 0)))
    expect(looks[49].history.loss).toHaveLength(40)
    expect(looks[49].history.loss[39]).toBe(1 / 50)
  })

  it('ends with what is no matter of the trainer', async () => {
    const [clock, { signal }] = [fakeClock(), new AbortController()]
    const ask = (): Promise<never> => Promise.reject(new RangeError('a mistake'))
    await expect(watchTrainer({ ask, clock, signal, everyMs: 1, show: () => undefined })).rejects.toThrow('a mistake')
  })

  it('is a document a look for programs: the status, or that it is away', () => {
    const history = { loss: [], auc: [], examplesPerS: [] }
    expect(lookJson({ status: statusAt(100, 5), etaS: 3, history })).toMatchObject({ step: 100, lag: [5], etaS: 3 })
    expect(lookJson({ status: statusAt(100, 5), etaS: Infinity, history })).not.toHaveProperty('etaS')
    expect(lookJson({ status: statusAt(100, 5), away: 'away: x', history })).toEqual({ away: 'away: x' })
  })
})

describe('a painter', () => {
  const look = { status: statusAt(100, 0), etaS: 0, history: { loss: [], auc: [], examplesPerS: [] } }

  it('draws over its last picture on a terminal', () => {
    const written: string[] = []
    const paint = createPainter({ isTTY: true, write: (text) => written.push(text) })
    paint(look)
    paint(look)
    expect(written[0]).toMatch(/^trainer/)
    expect(written[1]).toBe(`\u001b[7A\u001b[J${written[0]}`)
  })

  it('breaks no line on a narrow one', () => {
    const written: string[] = []
    createPainter({ isTTY: true, columns: 20, write: (text) => written.push(text) })({ away: 'away: a long story', history: look.history })
    expect(written).toEqual(['trainer    away: a l\n'])
  })

  it('writes a line each elsewhere', () => {
    const written: string[] = []
    const paint = createPainter({ write: (text) => written.push(text) })
    paint(look)
    paint({ away: 'away: x', history: look.history })
    expect(written).toEqual([expect.stringMatching(/^[^\n]*up to date\n$/), 'trainer away: x\n'])
  })
})
