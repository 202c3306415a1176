import { fakeClock } from '@freshet/testing'
import { Recovery, type RecoveryNotice } from './recovery'
import { ask, start, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish } from './training-room.fixture'
import { TrainingLine } from './training-line'

const recoveries = (notices: readonly { kind: string }[]): RecoveryNotice[] =>
  notices.filter((notice): notice is RecoveryNotice => notice.kind === 'recovery')

describe('a restart', () => {
  it('says which version it opened, what lies behind it, and how many steps it replayed', async () => {
    const room = openRoom()
    const first = await start(room, 'a-1')
    await publish(room.log, 0, groups(0, 8))
    await untilLearned(room, first, 24)
    const { name, step } = await ask(room, first.trainer.checkpoint())
    await publish(room.log, 0, groups(8, 8))
    await untilLearned(room, first, 48)
    const end = (await ask(room, first.trainer.status())).step
    room.shelf.save = async () => undefined // it is killed: no version is made of what comes last
    await first.stop()
    room.notices.length = 0
    await using second = await start(room, 'a-2')
    await until(room, async () => (await second.trainer.status()).role === 'owner')
    const [opened, current, ...others] = recoveries(room.notices)
    expect(opened).toMatchObject({ phase: 'opened', version: name, step, steps: 0 })
    expect(opened.recordsLeft).toBeGreaterThan(0)
    expect(current).toMatchObject({ phase: 'current', version: name, step: end, steps: end - step, recordsLeft: 0 })
    expect(others).toEqual([])
  })

  it('says so from the genesis record on, where there is no version', async () => {
    const room = openRoom()
    await using only = await start(room, 'a')
    await until(room, async () => (await only.trainer.status()).role === 'owner')
    expect(recoveries(room.notices).map(({ phase, version }) => [phase, version])).toEqual([
      ['opened', ''],
      ['current', ''],
    ])
  })

  it('shows once a second how far it has come, and nothing once it is there', async () => {
    const [clock, notices] = [fakeClock(), [] as RecoveryNotice[]]
    const line = await TrainingLine.open(await optionsOf(openRoom(), 'a'))
    const recovery = new Recovery(line, clock, (notice) => notices.push(notice))
    await recovery.opened()
    for (let i = 0; i < 25; i++) {
      await clock.advance(100)
      await recovery.read()
    }
    await recovery.current()
    await clock.advance(5000)
    await recovery.read()
    await recovery.current()
    expect(notices.map(({ phase, ms }) => [phase, ms])).toEqual([
      ['opened', 0],
      ['replaying', 1000],
      ['replaying', 2000],
      ['current', 2500],
    ])
  })
})
