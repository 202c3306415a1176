import { Schedule } from './schedule'

/** What happens in which order. */
function orderOf(enter: (schedule: Schedule, say: (word: string) => () => void) => void): string[] {
  const said: string[] = []
  const schedule = new Schedule(false)
  enter(schedule, (word) => () => said.push(word))
  while (schedule.next()) continue
  return said
}

describe('a schedule', () => {
  it('lets things happen by their time, whatever the order in which they were entered', () => {
    const times = [7, 1, 9, 3, 3.5, 0, 8, 2, 6, 5, 4]
    const said = orderOf((schedule, say) => times.forEach((ms) => schedule.after(ms, 'a word', say(String(ms)))))
    expect(said.map(Number)).toEqual([...times].sort((a, b) => a - b))
  })

  it('keeps the order of entry among things of one time', () => {
    expect(orderOf((schedule, say) => ['a', 'b', 'c', 'd'].forEach((word) => schedule.after(5, word, say(word))))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
  })

  it('passes over what is off, and does not count it', () => {
    const schedule = new Schedule(false)
    schedule.after(1, 'gone', () => fail('it was off')).isOff = true
    schedule.after(2, 'there', () => {})
    expect([schedule.next(), schedule.actions, schedule.nowMs]).toEqual([true, 1, 2])
  })

  it('has another checksum where a thing, its time or the order is another', () => {
    const checksum = (...entries: [number, string][]): number => {
      const schedule = new Schedule(false)
      for (const [ms, label] of entries) schedule.after(ms, label, () => {})
      while (schedule.next()) continue
      return schedule.checksum
    }
    const one = checksum([1, 'a'], [2, 'b'])
    expect(checksum([1, 'a'], [2, 'b'])).toBe(one)
    expect(new Set([one, checksum([1, 'a'], [2, 'c']), checksum([1, 'a'], [2.5, 'b']), checksum([2, 'a'], [1, 'b'])]).size).toBe(4)
  })

  it('writes a line for people only where it is asked to', () => {
    const [silent, told] = [new Schedule(false), new Schedule(true)]
    for (const schedule of [silent, told]) schedule.note('store-a is killed')
    expect([silent.lines, told.lines]).toEqual([[], ['      0.0  store-a is killed']])
  })
})
