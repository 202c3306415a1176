import type { Claim, Configure, Cut, Genesis, Grant, JournalRecord, Reset, Result, Serve, VoidCut } from '@freshet/contracts'
import { checksumOf, spellChecksum } from '@freshet/kernel'
import type { Deaths, JournalState, VoidReason } from './state'

/** What a rule sees: the state so far, the record's kind without its wrapping, who wrote it, and where it stands. */
export interface RuleScope<Body> {
  readonly state: JournalState
  readonly body: Body
  readonly epoch: number
  readonly writer: string
  readonly offset: number
}

/** What a valid record changes, or why it is void. A rule neither counts nor moves the last offset: that is the fold's work. */
export type Rule<Body> = (scope: RuleScope<Body>) => Partial<JournalState> | VoidReason

type Kinds = NonNullable<JournalRecord['record']>
/** The kinds of records, by their names on the wire. */
export type Kind = Kinds['$case']
type BodyOf<K extends Kind> = Extract<Kinds, { $case: K }> extends Record<K, infer Body> ? Body : never

/** Every way in which a record can be valid, a row each. See {@link foldJournal} for what they say together. */
export const rules: { readonly [K in Kind]: Rule<BodyOf<K>> } = {
  genesis: ({ state, body, epoch, writer }: RuleScope<Genesis>) => {
    if (state.epoch > 0) return 'genesis-exists'
    if (epoch !== 1) return 'epoch'
    if (writer === '') return 'owner'
    return { epoch, owner: writer, genesis: body }
  },
  cut: byOwner<Cut>(({ state, body }) => (body.step === state.step + 1 ? { step: body.step } : 'step')),
  result: byOwner<Result>(result),
  grant: ({ state, body, epoch, writer }: RuleScope<Grant>) => {
    if (writer !== state.owner) return 'owner'
    if (body.to === '' || body.to === writer) return 'target'
    const succession = succeed(state, { epoch, previous: body.previous, owner: body.to, grantedTo: body.to })
    return typeof succession === 'string' ? succession : { ...succession, deaths: undefined }
  },
  claim: ({ state, body, epoch, writer }: RuleScope<Claim>) => {
    if (writer === '') return 'owner'
    const succession = succeed(state, { epoch, previous: body.previous, owner: writer })
    return typeof succession === 'string' ? succession : { ...succession, deaths: deathsOf(state) }
  },
  heartbeat: byOwner(() => ({})),
  serve: byOwner<Serve>(({ body }) => ({ serving: body.version === '' ? undefined : body.version })),
  reset: ({ state, body, epoch, writer, offset }: RuleScope<Reset>) => {
    if (writer !== state.owner) return 'owner'
    if (epoch !== state.epoch + 1) return 'epoch'
    const reset = { version: body.version, step: state.step, offset }
    return { epoch, reset, resultStep: state.step, openResult: undefined, voidSteps: [], grantedTo: undefined }
  },
  voidCut: byOwner<VoidCut>(({ state, body }) => {
    const pending = body.step > state.resultStep && body.step <= state.step && !state.voidSteps.includes(body.step)
    return pending ? { voidSteps: [...state.voidSteps, body.step].sort((a, b) => a - b) } : 'not-pending'
  }),
  configure: byOwner<Configure>(configure),
}

/** Wraps the rules of what only the current owner may write: its first such record accepts a grant. */
function byOwner<Body>(rule: Rule<Body>): Rule<Body> {
  return (scope) => {
    if (scope.epoch !== scope.state.epoch) return 'epoch'
    if (scope.writer !== scope.state.owner) return 'owner'
    const change = rule(scope)
    return typeof change === 'string' ? change : { grantedTo: undefined, ...change }
  }
}

function result({ state, body }: RuleScope<Result>): Partial<JournalState> | VoidReason {
  const { fromStep, toStep, chain, continues } = body
  if (fromStep !== state.resultStep + 1 || toStep < fromStep || toStep > state.step) return 'range'
  if (chain.length !== 8) return 'chain'
  if (continues) return { openResult: { fromStep, toStep } }
  const voidSteps = state.voidSteps.filter((step) => step > toStep)
  const omittedStep = body.rowsOmitted ? toStep : state.omittedStep
  return { resultStep: toStep, chain: spellChecksum(checksumOf(chain)), openResult: undefined, voidSteps, omittedStep }
}

/** Another dictionary holds from the very next step on, and all before it has been told: so readers by value may turn to it on the spot. */
function configure({ state, body }: RuleScope<Configure>): Partial<JournalState> | VoidReason {
  if (body.effectiveStep <= state.step) return 'effective-step'
  if (body.dictionaryHash === '') return { configuration: body }
  const { dictionaries = [] } = state
  if (body.effectiveStep > state.step + 1 || state.resultStep < state.step) return 'effective-step'
  if (body.dictionaryNumber <= (dictionaries.at(-1)?.dictionaryNumber ?? 0)) return 'dictionary-number'
  return { configuration: body, dictionaries: [...dictionaries, body] }
}

/** A claim says that an owner fell silent; if it owed a result, the first cut without one is under suspicion. */
function deathsOf({ resultStep, step, voidSteps, deaths }: JournalState): Deaths | undefined {
  let suspect = resultStep + 1
  while (voidSteps.includes(suspect)) suspect++
  if (suspect > step) return undefined
  return { step: suspect, count: deaths?.step === suspect ? deaths.count + 1 : 1 }
}

interface Succession {
  readonly epoch: number
  readonly previous: number
  readonly owner: string
  readonly grantedTo?: string
}

function succeed(state: JournalState, { epoch, previous, owner, grantedTo }: Succession): Partial<JournalState> | VoidReason {
  if (epoch !== state.epoch + 1) return 'epoch'
  if (previous !== state.lastOffset) return 'previous'
  return { epoch, owner, grantedTo, openResult: undefined }
}
