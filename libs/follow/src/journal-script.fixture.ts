import { Configure, Result, type JournalRecord } from '@freshet/contracts'
import { InvalidFieldError } from '@freshet/kernel'

type Body = NonNullable<JournalRecord['record']>

/** A record, written as `a1 cut 7`: writer, epoch, kind, arguments. For specs: a journal fits on a line that people can read. */
export function scripted(text: string): JournalRecord {
  const [, owner, epoch, kind, rest] = /^([a-z]*)(\d+) (\w+) ?(.*)$/.exec(text.trim()) ?? refuse(text)
  const write = kinds[kind] ?? refuse(text)
  return { owner, epoch: Number(epoch), record: write(...rest.split(' ')) }
}

const kinds: Readonly<Record<string, (...words: string[]) => Body | undefined>> = {
  genesis: () => ({
    $case: 'genesis',
    genesis: { dictionaryHash: 'd', model: '{}', seed: 1, logicalShards: 4, partitions: 8, pins: undefined, stepFormat: 3 },
  }),
  cut: (step) => ({ $case: 'cut', cut: { step: Number(step), ranges: [] } }),
  /** result 1-3, or `result 1-3 continues`, or `result 1-3 rowless`, or `result 1-3 chainless`. */
  result: (steps, mark) => ({ $case: 'result', result: resultOf(steps.split('-').map(Number), mark) }),
  /** grant TO after PREVIOUS */
  grant: (to, _, previous) => ({ $case: 'grant', grant: { to: to === 'nobody' ? '' : to, previous: Number(previous) } }),
  /** claim after PREVIOUS */
  claim: (_, previous) => ({ $case: 'claim', claim: { previous: Number(previous), reason: 'silence' } }),
  heartbeat: () => ({ $case: 'heartbeat', heartbeat: { writtenMs: 0 } }),
  serve: (version = '') => ({ $case: 'serve', serve: { version } }),
  reset: (version) => ({ $case: 'reset', reset: { version } }),
  void: (step) => ({ $case: 'voidCut', voidCut: { step: Number(step), reason: 'it ended its process three times' } }),
  /** configure EFFECTIVE, or `configure EFFECTIVE dictionary NUMBER`. */
  configure: (effectiveStep, _, number) => ({ $case: 'configure', configure: configureOf(Number(effectiveStep), Number(number ?? 0)) }),
  garbage: () => undefined,
}

/** A change of settings, or, numbered, of the dictionary. */
export const configureOf = (effectiveStep: number, dictionaryNumber = 0): Configure =>
  Configure.create({ effectiveStep, settings: '{}', dictionaryNumber, dictionaryHash: dictionaryNumber > 0 ? `d${dictionaryNumber}` : '' })

const resultOf = ([fromStep, toStep]: number[], mark?: string): Result =>
  Result.create({
    ...{ fromStep, toStep, continues: mark === 'continues', rowsOmitted: mark === 'rowless' },
    chain: mark === 'chainless' ? new Uint8Array(4) : Uint8Array.of(toStep, 0, 0, 0, 2, 0, 0, 0),
  })

function refuse(text: string): never {
  throw new InvalidFieldError({
    field: 'record',
    value: text,
    rule: 'it reads like `a1 cut 7`',
    remedy: 'see journal-script.fixture.ts for the kinds',
  })
}
