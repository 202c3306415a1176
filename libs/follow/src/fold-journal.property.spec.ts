import fc from 'fast-check'
import { foldJournal, startFold, type JournalState, type Verdict } from './index'
import { scripted } from './journal-script.fixture'

/**
 * Trainers of one model set, each acting on as much of the journal as it has read: some are up to date, some are zombies.
 * Their records reach the journal in whatever order, some of them twice.
 */
interface Act {
  readonly trainer: string
  /** How many records the trainer has not read yet. */
  readonly behind: number
  readonly kind: 'cut' | 'result' | 'grant' | 'claim' | 'reset' | 'void' | 'heartbeat' | 'genesis' | 'serve'
  readonly copies: number
}

const TRAINERS = ['a', 'b', 'c']
const act: fc.Arbitrary<Act> = fc.record({
  trainer: fc.constantFrom(...TRAINERS),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(6) }),
  kind: fc.constantFrom('cut', 'cut', 'cut', 'result', 'result', 'grant', 'claim', 'reset', 'void', 'heartbeat', 'genesis', 'serve'),
  copies: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
})

describe('any interleaving of trainers, zombies and retries', () => {
  it('has one owner an epoch, epochs that follow each other, and one valid cut a step', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const journal = play(acts)
        const owners = new Map<number, string>()
        const steps = new Set<number>()
        let before = startFold()
        for (const { text, folded } of journal) {
          const { state, verdict } = folded
          if (verdict === 'valid') {
            expect(owners.get(state.epoch) ?? state.owner).toBe(state.owner)
            owners.set(state.epoch, state.owner)
            expect(state.epoch - before.epoch).toBe(/genesis|grant|claim|reset/.test(text) ? 1 : 0)
            expect(state.step - before.step).toBe(/cut/.test(text) ? 1 : 0)
            if (/cut/.test(text)) expect(steps.has(state.step)).toBe(false)
            if (/cut/.test(text)) steps.add(state.step)
          } else {
            expect({ ...state, voids: 0, voidReasons: {} }).toEqual({ ...before, voids: 0, voidReasons: {} })
          }
          before = state
        }
        expect(owners.size).toBe(before.epoch)
        expect(steps.size).toBe(before.step)
      }),
      { numRuns: 500 },
    )
  })

  it('says the same results to everybody: they follow each other, up to the last cut', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        let before = startFold()
        for (const { text, folded } of play(acts)) {
          if (folded.verdict === 'valid' && text.includes('result')) {
            const [, from, to] = (/(\d+)-(\d+)/.exec(text) ?? []).map(Number)
            expect(from).toBe(before.resultStep + 1)
            expect(folded.state.resultStep).toBe(to)
          }
          expect(folded.state.resultStep).toBeGreaterThanOrEqual(before.resultStep)
          expect(folded.state.resultStep).toBeLessThanOrEqual(folded.state.step)
          expect(folded.state.voidSteps.every((step) => step > folded.state.resultStep && step <= folded.state.step)).toBe(true)
          before = folded.state
        }
      }),
    )
  })

  it('counts each void record once, by its reason', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const journal = play(acts)
        const last = journal.at(-1)?.folded.state ?? startFold()
        expect(last.voids).toBe(journal.filter(({ folded }) => folded.verdict === 'void').length)
        expect(Object.values(last.voidReasons).reduce((sum, count) => sum + count, 0)).toBe(last.voids)
      }),
    )
  })

  it('lets a trainer who has read everything always do what its role allows', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.constantFrom(...TRAINERS), (acts, trainer) => {
        const state = play([{ trainer: 'a', behind: 0, kind: 'genesis', copies: 1 }, ...acts]).at(-1)?.folded.state ?? startFold()
        const offset = state.lastOffset + 1000
        const verdictOf = (kind: Act['kind']): string => foldJournal(state, scripted(textOf(state, trainer, kind)), offset).verdict
        expect(verdictOf('claim')).toBe('valid')
        expect(verdictOf('cut')).toBe(trainer === state.owner ? 'valid' : 'void')
        expect(verdictOf('grant')).toBe(trainer === state.owner ? 'valid' : 'void')
      }),
    )
  })
})

/** Runs the acts against one journal: each trainer writes what its own, perhaps old, reading tells it to. */
function play(acts: readonly Act[]): { text: string; folded: Verdict }[] {
  const journal: { text: string; folded: Verdict }[] = []
  const stateAfter = (records: number): JournalState => (records > 0 ? journal[records - 1].folded.state : startFold())
  for (const { trainer, behind, kind, copies } of acts) {
    const text = textOf(stateAfter(Math.max(0, journal.length - behind)), trainer, kind)
    for (let copy = 0; copy < copies; copy++) {
      journal.push({ text, folded: foldJournal(stateAfter(journal.length), scripted(text), journal.length) })
    }
  }
  return journal
}

/** What a trainer writes that believes `state`, and believes to be allowed to. */
function textOf(state: JournalState, trainer: string, kind: Act['kind']): string {
  const [now, next] = [`${trainer}${state.epoch}`, `${trainer}${state.epoch + 1}`]
  switch (kind) {
    case 'genesis':
      return `${trainer}1 genesis`
    case 'cut':
      return `${now} cut ${state.step + 1}`
    case 'result':
      return `${now} result ${state.resultStep + 1}-${state.step}`
    case 'grant':
      return `${next} grant ${trainer === 'a' ? 'b' : 'a'} after ${state.lastOffset}`
    case 'claim':
      return `${next} claim after ${state.lastOffset}`
    case 'reset':
      return `${next} reset v`
    case 'void':
      return `${now} void ${state.step}`
    case 'serve':
      return `${now} serve v`
    case 'heartbeat':
      return `${now} heartbeat`
  }
}
