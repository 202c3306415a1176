import { Cut, Genesis, JournalRecord, Result } from '@freshet/contracts'
import { JournalWatch, spellExample } from './journal-watch'
import { lineTools } from './line-tools'
import { sumOf } from './tally'

type Body = NonNullable<JournalRecord['record']>

const { genesis } = lineTools({ hasChanges: true })
const cut = (step: number): Body => ({ $case: 'cut', cut: Cut.create({ step, ranges: [{ partition: 0, from: step - 1, to: step }] }) })
const claim = (previous: number): Body => ({ $case: 'claim', claim: { previous, reason: 'silence' } })
const voidCut = (step: number): Body => ({ $case: 'voidCut', voidCut: { step, reason: 'it ended its process' } })
const result = (facts: Partial<Result>): Body => ({
  $case: 'result',
  result: Result.create({ fromStep: 1, toStep: 1, chain: new Uint8Array(8), ...facts }),
})

/** What a journal comes to whose claims open an epoch each. */
function watched(...bodies: Body[]) {
  const [violations, tally] = [[] as string[], sumOf()]
  const watch = new JournalWatch(
    (rule) => violations.push(rule),
    (what, times = 1) => void (tally[what] += times),
  )
  let epoch = 1
  const all: Body[] = [{ $case: 'genesis', genesis: Genesis.create(genesis) }, ...bodies]
  for (const [offset, record] of all.entries()) {
    if (record.$case === 'claim') epoch++
    watch.take({ offset, key: '', value: JournalRecord.encode({ record, epoch, owner: 'a' }).finish() })
  }
  return { watch, violations, tally }
}

describe('who watches the journal', () => {
  it('takes a void cut for granted after three claims in a row, and not before', () => {
    const [early, late] = [watched(cut(1), claim(1), claim(2), voidCut(1)), watched(cut(1), claim(1), claim(2), claim(3), voidCut(1))]
    expect(early.violations).toEqual(['step 1 is void by 4, and 2 processes may have ended at it'])
    expect([late.violations, late.tally.cuts_voided, late.watch.voided.get(1)]).toEqual([[], 1, 5])
  })

  it('remembers what results say was left out, with its step', () => {
    const skip = { step: 1, partition: 0, sourceOffset: 4, ordinal: 2, item: 1 }
    const { watch, tally } = watched(cut(1), result({ skips: [skip] }))
    expect([...watch.leftOut]).toEqual([[spellExample(skip), 1]])
    expect([spellExample(skip), tally.examples_left_out]).toEqual(['0/4.2.1', 1])
  })

  it('holds dense parameters to the length of the dictionary that holds', () => {
    const { violations } = watched(cut(1), result({ denseLength: 3, dense: new Uint8Array(12) }))
    expect(violations).toEqual(['the result at 2 has 3 dense parameters, which are not those of the dictionary that holds'])
  })
})
