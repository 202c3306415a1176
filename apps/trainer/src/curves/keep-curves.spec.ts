import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fakeClock, temporaryDirectory } from '@freshet/testing'
import type { TrainerStatus } from '@freshet/training'
import { keepCurves } from './keep-curves'

const statusAt = (step: number, role: TrainerStatus['role'] = 'owner') =>
  ({ role, step, examples: 10 * step, rankLoss: 0.5, recallLoss: 2, auc: 0.75, logLoss: 0.4 }) as TrainerStatus

/** Keeps curves while looks answer, ten seconds apart; undefined: the trainer does not. */
async function kept(directory: string, looks: readonly (TrainerStatus | undefined)[]): Promise<unknown[]> {
  const [clock, stop, errors] = [fakeClock(), new AbortController(), [] as unknown[]]
  let next = 0
  const status = async (): Promise<TrainerStatus> => {
    const look = looks[next++]
    if (look === undefined) throw new RangeError('not now')
    return look
  }
  const onError = (error: unknown): void => void errors.push(error)
  const keeping = keepCurves({ directory, title: 'shop', status, clock, signal: stop.signal, onError })
  while (next < looks.length) await clock.advance(10_000)
  stop.abort()
  await keeping // what it was about to write, too
  return errors
}

const rows = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n').slice(1)

describe('curves that are kept', () => {
  it('grow while the trainer learns, and go on from what was written before', async () => {
    await using directory = await temporaryDirectory()
    await kept(directory.path, [statusAt(1), undefined, statusAt(1), statusAt(2)])
    expect(rows(directory.within('curves.csv'))).toEqual(['1,10,0.5,2,0.75,0.4', '2,20,0.5,2,0.75,0.4'])
    await kept(directory.path, [statusAt(3)])
    expect(rows(directory.within('curves.csv'))).toHaveLength(3)
    expect(readFileSync(directory.within('curves.svg'), 'utf8')).toContain('shop: 30 examples in 3 steps')
    expect(readdirSync(directory.path).sort()).toEqual(['curves.csv', 'curves.svg'])
  })

  it('are the owner’s to keep: a follower writes none', async () => {
    await using directory = await temporaryDirectory()
    await kept(directory.path, [statusAt(1, 'follower'), statusAt(2, 'follower')])
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('are tried again where they cannot be written, and learning does not wait', async () => {
    await using directory = await temporaryDirectory()
    const gone = directory.within('gone')
    const errors = await kept(gone, [statusAt(1), statusAt(2)])
    expect(errors).toEqual([expect.objectContaining({ code: 'ENOENT' }), expect.objectContaining({ code: 'ENOENT' })])
  })

  it('begin anew where their table is gone or no table', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('curves.csv'), 'what is this\nthat,is,no,point\n')
    await kept(directory.path, [statusAt(7)])
    expect(rows(directory.within('curves.csv'))).toHaveLength(1)
    rmSync(directory.within('curves.csv'))
    await kept(directory.path, [statusAt(8)])
    expect(rows(directory.within('curves.csv'))).toEqual(['8,80,0.5,2,0.75,0.4'])
  })
})
