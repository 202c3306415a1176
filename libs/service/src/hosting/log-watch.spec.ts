import type { LogHealth } from '@freshet/event-log'
import { fakeClock } from '@freshet/testing'
import { pino } from 'pino'
import { watchLog } from './log-watch'

const WELL: LogHealth = { isServing: true, reason: undefined, sinceMs: 0, unansweredMs: 0, warnings: [] }
const ILL: LogHealth = { isServing: false, reason: 'no broker at k:9092', sinceMs: 7, unansweredMs: 7, warnings: [] }

function watch(first: LogHealth) {
  const clock = fakeClock()
  const [turns, lines, stop] = [[] as boolean[], [] as string[], new AbortController()]
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) })
  let now = first
  const ended = watchLog({ log: { health: () => now }, clock, logger, signal: stop.signal, onTurn: (turn) => void turns.push(turn) })
  const look = async (health: LogHealth): Promise<void> => {
    now = health
    await clock.advance(1000)
  }
  return { turns, lines, look, stop, ended }
}

describe('a watch over the log', () => {
  it('tells the first look, and then only what changes', async () => {
    const { turns, lines, look, stop, ended } = watch(WELL)
    for (const health of [WELL, ILL, ILL, WELL]) await look(health)
    stop.abort()
    await ended
    expect(turns).toEqual([true, false, true])
    expect(lines).toEqual(['the log does not answer; trying again', 'the log answers again'])
  })

  it('says at once that a log does not answer, and each warning once', async () => {
    const { turns, lines, look, stop, ended } = watch({ ...ILL, warnings: ['one copy only'] })
    await look({ ...ILL, warnings: ['one copy only'] })
    stop.abort()
    await ended
    expect(turns).toEqual([false])
    expect(lines).toEqual(['the log does not answer; trying again', 'the log promises less than it could'])
  })

  it('ends at once where the log is the process’s own', async () => {
    const turns: boolean[] = []
    const scope = { clock: fakeClock(), logger: pino({ level: 'silent' }), signal: new AbortController().signal }
    await watchLog({ ...scope, log: {}, onTurn: (turn) => void turns.push(turn) })
    expect(turns).toEqual([])
  })
})
