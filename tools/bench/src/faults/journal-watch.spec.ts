import { Cut, Genesis, Grant, JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { UnavailableError } from '@freshet/kernel'
import { type FakeClock, fakeClock } from '@freshet/testing'
import { JournalWatch } from './journal-watch'

let log: EventLog
let clock: FakeClock

beforeEach(() => {
  log = openMemoryLog({ partitions: { journal: 1 } })
  clock = fakeClock()
})

async function write(owner: string, epoch: number, record: JournalRecord['record']): Promise<void> {
  await log.append(JOURNAL, [{ key: 'model-set', value: JournalRecord.encode({ epoch, owner, record }).finish() }])
}

const genesis: JournalRecord['record'] = { $case: 'genesis', genesis: Genesis.create({ partitions: 1 }) }
const cut = (step: number): JournalRecord['record'] => ({ $case: 'cut', cut: Cut.create({ step }) })
const grant = (to: string, previous: number): JournalRecord['record'] => ({ $case: 'grant', grant: Grant.create({ to, previous }) })

describe('a watch over the journal', () => {
  it('knows whose process owns the model set, and whose follows', async () => {
    await using watch = new JournalWatch(log, clock)
    const granted = watch.seen('a grant', ({ record }) => record.record?.$case === 'grant')
    await write('trainer-a1', 1, genesis)
    await write('trainer-a1', 2, grant('standby-b2', 0))
    await granted
    expect([watch.owner, watch.ownerService, watch.followerService]).toEqual(['standby-b2', 'standby', 'trainer'])
  })

  it('waits for a valid step of another owner: the dead one’s last words and a stranger’s count for nothing', async () => {
    await using watch = new JournalWatch(log, clock)
    await write('trainer-a1', 1, genesis)
    let seenMs: number | undefined
    const stepped = watch.stepOfOther('trainer-a1').then((atMs) => (seenMs = atMs))
    await write('trainer-a1', 1, cut(1))
    await write('standby-b2', 1, cut(2))
    await clock.advance(700)
    expect(seenMs).toBeUndefined()
    await write('trainer-a1', 2, grant('standby-b2', 1))
    await write('standby-b2', 2, cut(2))
    expect(await stepped).toBe(700)
  })

  it('goes on where it was when the log has been away', async () => {
    let failures = 2
    const away: EventLog = {
      ...log,
      read: (of, from, limit) => (failures-- > 0 ? Promise.reject(new UnavailableError('the log', 'wait')) : log.read(of, from, limit)),
    }
    await using watch = new JournalWatch(away, clock)
    const seen = watch.seen('the genesis', ({ record }) => record.record?.$case === 'genesis')
    await write('trainer-a1', 1, genesis)
    await clock.advance(1000)
    await seen
    expect(watch.owner).toBe('trainer-a1')
  })

  it('loses its patience after minutes, and says what it waited for', async () => {
    await using watch = new JournalWatch(log, clock)
    const seen = expect(watch.seen('a grant', () => false)).rejects.toThrow('the journal, which should bring a grant,')
    await clock.advance(301_000)
    await seen
  })
})
