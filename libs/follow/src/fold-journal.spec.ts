import { InvalidFieldError } from '@freshet/kernel'
import { foldJournal, startFold, type JournalState } from './index'
import { configureOf, scripted } from './journal-script.fixture'

/** A name, a journal whose void records say why after a colon, and what its fold comes to. */
type Sentence = [string, string, Partial<JournalState>]

describe('the beginning of a line', () => {
  it.each<Sentence>([
    ['is a genesis, whose writer owns epoch 1', 'a1 genesis', { epoch: 1, owner: 'a', step: 0, lastOffset: 0 }],
    ['is the first of two geneses', 'a1 genesis; b1 genesis: genesis-exists', { owner: 'a', voids: 1 }],
    ['is no cut and no claim', 'a1 cut 1: no-genesis; a1 claim after -1: no-genesis; a1 genesis', { epoch: 1, voids: 2, lastOffset: 2 }],
    ['is no genesis of another epoch, nor of nobody', 'a2 genesis: epoch; 1 genesis: owner', { epoch: 0, owner: '' }],
  ])('%s', expectFold)
})

describe('cuts', () => {
  it.each<Sentence>([
    ['come one by one', 'a1 genesis; a1 cut 1; a1 cut 2; a1 cut 4: step', { step: 2, resultStep: 0, lastOffset: 2 }],
    ['count once, however often a retry says them', 'a1 genesis; a1 cut 1; a1 cut 1: step', { step: 1, voidReasons: { step: 1 } }],
    ['are the owner’s, whatever epoch another one names', 'a1 genesis; b1 cut 1: owner; b2 cut 1: epoch', { step: 0, voids: 2 }],
    ['go on after bytes that are no record', 'a1 genesis; a1 garbage: malformed; a1 cut 1', { step: 1, voids: 1 }],
  ])('%s', expectFold)
})

describe('results', () => {
  const cuts = 'a1 genesis; a1 cut 1; a1 cut 2; a1 cut 3; '

  it.each<Sentence>([
    ['cover several steps at once', 'a1 result 1-2; a1 result 3-3', { resultStep: 3, chain: '0000000200000003' }],
    ['end with the last cut', 'a1 result 1-4: range', { resultStep: 0 }],
    ['leave no step out', 'a1 result 2-2: range', { resultStep: 0 }],
    ['count once, however often a retry says them', 'a1 result 1-1; a1 result 1-1: range', { resultStep: 1 }],
    ['do not end before they begin', 'a1 result 1-0: range', { resultStep: 0 }],
    ['say from where on a version is owed to who follows by value', 'a1 result 1-2 rowless; a1 result 3-3', { omittedStep: 2 }],
    ['carry a whole chain', 'a1 result 1-1 chainless: chain', { resultStep: 0 }],
    [
      'wait for their last part',
      'a1 result 1-3 continues; a1 result 1-3 continues',
      { resultStep: 0, openResult: { fromStep: 1, toStep: 3 } },
    ],
    [
      'let cuts pass between their parts',
      'a1 result 1-2 continues; a1 cut 4; a1 result 1-2',
      { step: 4, resultStep: 2, openResult: undefined },
    ],
    ['may begin anew after a crash, even shorter', 'a1 result 1-3 continues; a1 result 1-1; a1 result 2-3', { resultStep: 3 }],
    [
      'are said by the new owner where the old one was too late',
      'b2 claim after 3; a1 result 1-3: epoch; b2 result 1-3',
      { resultStep: 3 },
    ],
    ['leave no half behind when the line changes hands', 'a1 result 1-3 continues; b2 claim after 4', { openResult: undefined }],
  ])('%s', (name, script, expected) => expectFold(name, cuts + script, expected))
})

describe('serve, reset, void cuts and configurations', () => {
  const begun = 'a1 genesis; a1 cut 1; a1 result 1-1; a1 cut 2; a1 cut 3; '

  it.each<Sentence>([
    ['serve turns rankers to a version, and training goes on', 'a1 serve v1; a1 cut 4', { serving: 'v1', step: 4 }],
    ['serve of nothing turns them back to training', 'a1 serve v1; a1 serve', { serving: undefined }],
    ['serve is the owner’s', 'b1 serve v1: owner; b2 serve v1: epoch', { serving: undefined }],
    ['a reset opens an epoch of the same owner', 'a2 reset v1; a1 cut 4: epoch; a2 cut 4', { epoch: 2, owner: 'a', step: 4 }],
    ['a reset says where it stands', 'a2 reset v1', { reset: { version: 'v1', step: 3, offset: 5 } }],
    ['a reset leaves pending cuts behind', 'a2 reset v1; a2 result 2-3: range; a2 cut 4; a2 result 4-4', { resultStep: 4 }],
    ['a reset forgets which of them were void', 'a1 void 2; a2 reset v1', { voidSteps: [], resultStep: 3 }],
    [
      'a reset is the owner’s, and of a new epoch',
      'b2 reset v1: owner; a1 reset v1: epoch; a3 reset v1: epoch',
      { epoch: 1, reset: undefined },
    ],
    ['a reset loses to a claim before it', 'c2 claim after 4; a2 reset v1: owner', { epoch: 2, owner: 'c', reset: undefined }],
    ['a pending cut becomes void once', 'a1 void 3; a1 void 2; a1 void 3: not-pending', { voidSteps: [2, 3], step: 3 }],
    ['a cut that has its result or was never made does not', 'a1 void 1: not-pending; a1 void 4: not-pending', { voidSteps: [] }],
    ['a result passes over void cuts', 'a1 void 2; a1 result 2-2; a1 void 3', { resultStep: 2, voidSteps: [3] }],
    ['a configuration is of a step to come', 'a1 configure 4; a1 configure 3: effective-step', { configuration: configureOf(4) }],
    [
      'another dictionary holds from the very next step on, once all before it is told',
      'a1 configure 4 dictionary 1: effective-step; a1 result 2-3; a1 configure 5 dictionary 1: effective-step; a1 configure 4 dictionary 1',
      { configuration: configureOf(4, 1), dictionaries: [configureOf(4, 1)] },
    ],
    [
      'dictionaries follow each other by number, also at one step; a retry counts for nothing',
      'a1 result 2-3; a1 configure 4 dictionary 1; a1 configure 4 dictionary 1: dictionary-number; a1 configure 4 dictionary 3; a1 cut 4',
      { dictionaries: [configureOf(4, 1), configureOf(4, 3)], step: 4 },
    ],
    [
      'other settings leave the dictionary as it is',
      'a1 result 2-3; a1 configure 4 dictionary 1; a1 configure 9',
      { configuration: configureOf(9), dictionaries: [configureOf(4, 1)] },
    ],
    ['a dictionary is the owner’s', 'a1 result 2-3; b1 configure 4 dictionary 1: owner', { dictionaries: undefined }],
  ])('%s', (name, script, expected) => expectFold(name, begun + script, expected))
})

describe('grants', () => {
  const begun = 'a1 genesis; a1 cut 1; '

  it.each<Sentence>([
    [
      'give the line to their target, who has not written yet',
      'a2 grant b after 1',
      { epoch: 2, owner: 'b', grantedTo: 'b', lastOffset: 2 },
    ],
    ['end what the source may write', 'a2 grant b after 1; a1 cut 2: epoch; a2 cut 2: owner; b2 cut 2', { step: 2, grantedTo: undefined }],
    ['are accepted by a heartbeat', 'a2 grant b after 1; b2 heartbeat', { owner: 'b', grantedTo: undefined, lastOffset: 2 }],
    [
      'are declined by silence: the source claims',
      'a2 grant b after 1; a3 claim after 2; b2 cut 2: epoch; a3 cut 2',
      { epoch: 3, owner: 'a', step: 2 },
    ],
    [
      'stand when the target cuts before the source claims',
      'a2 grant b after 1; b2 cut 2; a3 claim after 2: previous',
      { epoch: 2, owner: 'b' },
    ],
    ['are the owner’s', 'c2 grant c after 1: owner', { epoch: 1, owner: 'a' }],
    ['go to somebody else', 'a2 grant nobody after 1: target; a2 grant a after 1: target', { epoch: 1, owner: 'a' }],
    ['know the last valid record', 'a2 grant b after 0: previous; a2 grant b after 1', { epoch: 2, owner: 'b' }],
    ['open the next epoch and no other', 'a1 grant b after 1: epoch; a3 grant b after 1: epoch', { epoch: 1, owner: 'a' }],
    ['count once, however often a retry says them', 'a2 grant b after 1; a2 grant b after 1: owner', { epoch: 2, grantedTo: 'b' }],
    ['beat a claim that comes after', 'a2 grant b after 1; c2 claim after 1: epoch', { epoch: 2, owner: 'b' }],
    ['lose to a claim that came before', 'c2 claim after 1; a2 grant b after 1: owner', { epoch: 2, owner: 'c' }],
  ])('%s', (name, script, expected) => expectFold(name, begun + script, expected))
})

describe('claims', () => {
  const begun = 'a1 genesis; a1 cut 1; '

  it.each<Sentence>([
    ['are decided by who comes first', 'c2 claim after 1; b2 claim after 1: epoch', { epoch: 2, owner: 'c', voids: 1 }],
    ['lose to a cut that they do not know', 'a1 cut 2; c2 claim after 1: previous', { epoch: 1, owner: 'a', step: 2 }],
    ['do not lose to a heartbeat', 'a1 heartbeat; c2 claim after 1', { epoch: 2, owner: 'c' }],
    ['do not lose to void records', 'b2 cut 2: epoch; c2 claim after 1', { epoch: 2, owner: 'c', lastOffset: 3 }],
    ['are somebody’s', '2 claim after 1: owner', { epoch: 1, owner: 'a' }],
    ['may be the owner’s own, to shut out its past', 'a2 claim after 1; a1 cut 2: epoch; a2 cut 2', { epoch: 2, step: 2 }],
    [
      'follow each other, an epoch each',
      'c2 claim after 1; b3 claim after 2; c2 cut 2: epoch; b3 cut 2',
      { epoch: 3, owner: 'b', step: 2 },
    ],
    [
      'are not undone by a zombie',
      'c2 claim after 1; c2 cut 2; a1 cut 2: epoch; a1 heartbeat: epoch; a1 cut 3: epoch',
      { owner: 'c', step: 2, voids: 3 },
    ],
    ['count a death for the first cut without a result', 'c2 claim after 1', { deaths: { step: 1, count: 1 } }],
    ['count deaths for the same cut in a row', 'c2 claim after 1; b3 claim after 2; c4 claim after 3', { deaths: { step: 1, count: 3 } }],
    [
      'count from one again for another cut',
      'c2 claim after 1; c2 cut 2; c2 result 1-1; b3 claim after 4',
      { deaths: { step: 2, count: 1 } },
    ],
    ['pass over cuts that are void', 'a1 cut 2; a1 void 1; c2 claim after 3', { deaths: { step: 2, count: 1 } }],
    ['count none where no result is owed', 'c2 claim after 1; c2 result 1-1; b3 claim after 3', { deaths: undefined }],
    ['count none that came before a grant', 'c2 claim after 1; c3 grant b after 2; c4 claim after 3', { deaths: { step: 1, count: 1 } }],
  ])('%s', (name, script, expected) => expectFold(name, begun + script, expected))
})

describe('the state', () => {
  it('is plain data: a reader that starts from its JSON folds the rest alike', () => {
    const script =
      'a1 genesis; a1 cut 1; a1 cut 2; a1 void 2; a1 serve v; a1 configure 9; a2 reset v; a2 cut 3; a3 grant b after 7; b3 cut 4'
    const line = script.split('; ').map(scripted)
    const fold = (from: number, to: number, begun: JournalState): JournalState =>
      line.slice(from, to).reduce((state, record, i) => foldJournal(state, record, from + i).state, begun)
    const whole = fold(0, line.length, startFold())
    expect(whole).toMatchObject({ owner: 'b', step: 4, voids: 0 })
    for (let at = 0; at < line.length; at++) {
      const revived: JournalState = JSON.parse(JSON.stringify(fold(0, at, startFold())))
      expect(fold(at, line.length, revived)).toEqual(whole)
    }
  })

  it('is never changed in place', () => {
    const begun = foldJournal(startFold(), scripted('a1 genesis'), 0).state
    const copy = structuredClone(begun)
    foldJournal(begun, scripted('a1 cut 1'), 1)
    foldJournal(begun, scripted('a1 cut 7'), 1)
    expect(begun).toEqual(copy)
  })

  it('refuses a reader that goes backwards', () => {
    const begun = foldJournal(startFold(), scripted('a1 genesis'), 4).state
    expect(() => foldJournal(begun, scripted('a1 cut 1'), 4)).toThrow(InvalidFieldError)
    expect(() => foldJournal(begun, scripted('a1 cut 1'), 4)).toThrow('offset is 4, but the fold has come to 4')
  })
})

function expectFold(_: string, script: string, expected: Partial<JournalState>): void {
  const entries = script.split('; ').map((entry) => entry.split(': '))
  let state = startFold()
  const outcomes = entries.map(([text], offset) => {
    const folded = foldJournal(state, scripted(text), offset)
    state = folded.state
    return folded.verdict === 'valid' ? text : `${text}: ${folded.reason}`
  })
  expect(outcomes).toEqual(script.split('; '))
  const kept = Object.keys(expected).map((key) => [key, state[key as keyof JournalState]])
  expect(Object.fromEntries(kept)).toEqual(expected)
}
