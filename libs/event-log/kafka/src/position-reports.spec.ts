import { PositionReports, type Position } from './position-reports'

const at = (partition: number, position: number): Position => ({ topic: 'clicks', partition, position })

/** Reports whose commits end when they are told to. */
function watched(): { reports: PositionReports; commits: (readonly Position[])[]; end: (() => void)[]; fail: ((error: Error) => void)[] } {
  const commits: (readonly Position[])[] = []
  const end: (() => void)[] = []
  const fail: ((error: Error) => void)[] = []
  const commit = (positions: readonly Position[]): Promise<void> =>
    new Promise((resolve, reject) => {
      commits.push(positions)
      end.push(resolve)
      fail.push(reject)
    })
  return { reports: new PositionReports(commit), commits, end, fail }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('reports of positions', () => {
  it('share a commit, each partition with its latest', async () => {
    const { reports, commits, end } = watched()
    const reported = Promise.all([reports.report(at(0, 7)), reports.report(at(1, 2)), reports.report(at(0, 9))])
    await turn()
    expect(commits).toEqual([[at(0, 9), at(1, 2)]])
    end[0]()
    await reported
  })

  it('go into the next commit while one is under way', async () => {
    const { reports, commits, end } = watched()
    const first = reports.report(at(0, 1))
    await turn()
    const second = Promise.all([reports.report(at(0, 2)), reports.report(at(0, 3))])
    await turn()
    expect(commits).toEqual([[at(0, 1)]])
    end[0]()
    await first
    await turn()
    expect(commits).toEqual([[at(0, 1)], [at(0, 3)]])
    end[1]()
    await second
  })

  it('fail for those whose commit failed, and for no others', async () => {
    const { reports, end, fail } = watched()
    const first = reports.report(at(0, 1))
    await turn()
    const second = reports.report(at(0, 2))
    fail[0](new Error('no coordinator'))
    await expect(first).rejects.toThrow('no coordinator')
    await turn()
    end[1]()
    await second
  })
})
