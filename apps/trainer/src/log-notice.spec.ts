import { openLogger } from '@freshet/service'
import { logNotice } from './log-notice'

type Notice = Parameters<typeof logNotice>[2]

/** What is said of a notice, at which level, and with which facts. */
function said(notice: Notice): [level: string, words: string, facts: object] {
  const told: [string, string, object][] = []
  const logger = openLogger({ name: 'test', level: 'silent' })
  const tell = (level: string) => (facts: object, words: string) => void told.push([level, words, facts])
  logNotice(Object.assign(logger, { info: tell('info'), warn: tell('warn'), error: tell('error') }), 'a-1', notice)
  expect(told).toHaveLength(1)
  return told[0]
}

describe('what a process says of its trainer', () => {
  it.each<[Notice, string, RegExp]>([
    [{ kind: 'standing', because: ['examples/3 is another log'] }, 'error', /^learning stands still$/],
    [{ kind: 'standing', because: [] }, 'info', /^learning goes on$/],
    [{ kind: 'version-set-aside', foreign: { version: 'v1', reason: 'other' } }, 'warn', /of another log; it is set aside/],
    [{ kind: 'version-skipped', skipped: { version: 'v1', reason: 'cut' } }, 'warn', /cannot be opened; the one before it is used/],
    [{ kind: 'role', role: 'owner', epoch: 2, owner: 'a-1' }, 'info', /^role$/],
    [{ kind: 'void', step: 4, ranges: [] }, 'error', /its examples are dead letters$/],
    [{ kind: 'left-out', examples: 3 }, 'warn', /not finite are dead letters$/],
    [{ kind: 'scaled', workers: 2, lag: 9 }, 'info', /another number of workers$/],
    [{ kind: 'worker-lost', worker: 1, reason: 'gone' }, 'error', /^a thread that shared steps has ended/],
    [{ kind: 'replica', address: 'one:1', state: 'refused', reason: 'other bits' }, 'warn', /^a replica is refused/],
    [{ kind: 'replica', address: 'one:1', state: 'admitted', reason: '' }, 'info', /^a replica computes shards$/],
  ])('%j', (notice, level, words) => {
    expect(said(notice)).toEqual([level, expect.stringMatching(words), expect.objectContaining({ trainer: 'a-1' })])
  })

  it('names the version that was set aside, and why', () => {
    const [, , facts] = said({ kind: 'version-set-aside', foreign: { version: 'v1', reason: 'the journal has another record at 7' } })
    expect(facts).toEqual({ trainer: 'a-1', version: 'v1', reason: 'the journal has another record at 7' })
  })
})
