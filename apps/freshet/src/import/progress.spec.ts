import { fakeClock } from '@freshet/testing'
import { openProgress } from './progress'

/** What was written, line by line. */
function open() {
  const lines: string[] = []
  const clock = fakeClock()
  return { lines, clock, progress: openProgress({ write: (text) => lines.push(text) }, clock) }
}

describe('progress where nobody watches', () => {
  it('is a line every other second, and the last state when a phase ends', async () => {
    const { lines, clock, progress } = open()
    progress.start('events', 1000)
    progress.at(100)
    await clock.advance(2000)
    progress.at(500, 'AUC 0.7')
    progress.at(600)
    progress.end()
    expect(lines).toEqual(['events: 500 of 1000, 2.0 s, AUC 0.7\n', 'events: 600 of 1000, 2.0 s\n'])
  })

  it('says nothing of a phase in which nothing happened, and leaves out a total that is not known', () => {
    const { lines, progress } = open()
    progress.start('catalogue', 0)
    progress.end()
    progress.start('training', 0)
    progress.at(7)
    progress.end()
    expect(lines).toEqual(['training: 7, 0.0 s\n'])
  })
})

describe('progress on a terminal', () => {
  it('is a bar with the figures beside it', () => {
    const written: string[] = []
    const terminal = {
      isTTY: true,
      columns: 100,
      write: (text: string) => written.push(text),
      on: () => undefined,
      removeListener: () => undefined,
    }
    const progress = openProgress(terminal, fakeClock())
    progress.start('events', 10)
    progress.at(10, 'done')
    progress.end()
    expect(written.join('')).toMatch(/events .*100 % \| 10\/10/)
  })
})
