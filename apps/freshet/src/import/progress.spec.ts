import { fakeClock } from '@freshet/testing'
import { openProgress, type Progress } from './progress'

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

  it('counts the seconds of each phase by themselves, and writes every other second of it', async () => {
    const { lines, clock, progress } = open()
    progress.start('catalogue', 0)
    await clock.advance(3000)
    progress.at(5)
    await clock.advance(1500)
    progress.start('events', 9)
    await clock.advance(1500)
    progress.at(1)
    await clock.advance(600)
    progress.at(2)
    progress.end()
    progress.end()
    expect(lines).toEqual(['catalogue: 5, 3.0 s\n', 'events: 2 of 9, 2.1 s\n'])
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

  it('takes a total that becomes known on the way', () => {
    const { lines, progress } = open()
    progress.start('training', 0)
    progress.at(7, 'step 1', 9)
    progress.end()
    expect(lines).toEqual(['training: 7 of 9, 0.0 s, step 1\n'])
  })
})

describe('progress on a terminal', () => {
  const drawn = (draw: (progress: Progress) => void): string => {
    const written: string[] = []
    const stream = {
      isTTY: true,
      columns: 100,
      write: (text: string) => written.push(text),
      on: () => undefined,
      removeListener: () => undefined,
    }
    const progress = openProgress(stream, fakeClock())
    draw(progress)
    progress.end()
    return written.join('')
  }

  it('is a bar with the figures beside it', () => {
    const text = drawn((progress) => {
      progress.start('events', 10)
      progress.at(10, 'done')
    })
    expect(text).toMatch(/events .*100 % \| 10\/10 \| \d+\.\d s done/)
  })

  it('has no bar while the total is not known, and one as soon as it is', () => {
    const text = drawn((progress) => {
      progress.start('training', 0)
      progress.at(8, 'step 1')
    })
    expect(text).toMatch(/training {3}8 \| \d+\.\d s step 1/)
    expect(text).not.toMatch(/\/0|NaN/)
    const known = drawn((progress) => {
      progress.start('training', 0)
      progress.at(8, 'step 1', 16)
    })
    expect(known).toMatch(/training .*50 % \| 8\/16/)
  })
})
