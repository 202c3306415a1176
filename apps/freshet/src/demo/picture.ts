import { POLICIES, type Policy } from './policies'

/** What one picture shows. */
export interface DemoFrame {
  readonly seconds: number
  readonly sessions: number
  readonly events: number
  /** Of the last minute; absent before the first session. */
  readonly ctr: Partial<Readonly<Record<Policy, number>>>
  /** Every few seconds since the start, oldest first. */
  readonly history: Readonly<Record<Policy, readonly number[]>>
  readonly trainer: { readonly step: number; readonly examples: number; readonly auc: number } | undefined
  readonly freshnessMs: { readonly p50: number | undefined; readonly p99: number | undefined }
  /** Why an answer was less than it could be, of late; empty when all is well. */
  readonly trouble: string
}

const BARS = '▁▂▃▄▅▆▇█'
const CURVE_WIDTH_MAX = 40

/** Values as a curve of one line, on a scale from 0 to `top`; the newest that fit. */
export function curve(values: readonly number[], top: number): string {
  const height = (value: number): number => (top > 0 ? Math.round((value / top) * (BARS.length - 1)) : 0)
  return values
    .slice(-CURVE_WIDTH_MAX)
    .map((value) => BARS[Math.min(BARS.length - 1, Math.max(0, height(value)))])
    .join('')
}

/** The whole picture: who gets how many clicks, how that went, and what the trainer does. */
export function demoPicture(frame: DemoFrame): string {
  const { ctr, history, trainer, freshnessMs } = frame
  const top = Math.max(0, ...POLICIES.flatMap((policy) => history[policy]))
  const rows = POLICIES.map((policy) => {
    const value = ctr[policy]
    const ofOracle = value !== undefined && ctr.oracle ? percent(value / ctr.oracle, 0) : ''
    return `  ${LABELS[policy].padEnd(11)} ${percent(value, 1).padStart(7)} ${ofOracle.padStart(9)}   ${curve(history[policy], top)}`
  })
  return [
    `SIMULATED shop, ${frame.seconds} s: ${frame.sessions.toLocaleString('en')} sessions, ${frame.events.toLocaleString('en')} events`,
    '  CTR, last minute      of oracle   since the start; each list judged by the same hidden tastes at the same moment',
    ...rows,
    trainer
      ? `  trainer: step ${trainer.step.toLocaleString('en')}, ${trainer.examples.toLocaleString('en')} examples, AUC within the lists shown ${trainer.auc > 0 ? trainer.auc.toFixed(3) : '–'}; an answer knows a click after ${ms(freshnessMs.p50)} (p50), ${ms(freshnessMs.p99)} (p99)`
      : '  trainer: does not answer yet',
    ...(frame.trouble ? [`  ${frame.trouble}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const LABELS: Readonly<Record<Policy, string>> = { freshet: 'Freshet', popularity: 'popularity', random: 'random', oracle: 'oracle' }
const percent = (value: number | undefined, digits: number): string => (value === undefined ? '–' : `${(100 * value).toFixed(digits)} %`)
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} ms`)
