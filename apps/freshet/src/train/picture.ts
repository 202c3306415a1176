import type { trainer } from '@freshet/contracts/services'
import { curve } from '../demo/picture'
import { count } from '../terminal'
import { lagOf } from './pace'
import { replicaCount } from './replica-text'

/** One look at a trainer: what it says, or why it does not. */
export interface TrainerLook {
  readonly status?: trainer.GetStatusResponse
  /** Where it is looked for, or why it does not answer; absent where it does. */
  readonly away?: string
  /** Until nothing is left: Infinity where it does not get less; undefined where that cannot be told. */
  readonly etaS?: number
  /** Smoothed rank losses, AUCs and examples a second, oldest first. */
  readonly history: TrainerHistory
}

/** What was seen since the view began. */
export interface TrainerHistory {
  readonly loss: readonly number[]
  readonly auc: readonly number[]
  readonly examplesPerS: readonly number[]
}

/** The screen of a trainer, drawn again and again: a bar, and the figures with their curves. */
export function trainerPicture(look: TrainerLook): string {
  const { status, away, history } = look
  if (status === undefined) return `trainer    ${away ?? 'starting'}\n`
  const lines = [
    `trainer    ${whoText(status)}${away === undefined ? '' : `   ${away}`}`,
    `learned    ${bar(status)}   ${etaText(look)}`,
    row('speed', `${count(status.examplesPerS)} examples/s`, curveFrom(0, history.examplesPerS)),
    row('loss', lossText(status), curveFrom(lowest(history.loss), history.loss)),
    row('AUC', `${figure(status.auc)}   log loss ${figure(status.logLoss)}`, curveFrom(lowest(history.auc), history.auc)),
    `memory     ${memoryText(status)}`,
    `model      step ${count(status.step)}, ${count(status.parameters)} parameters, version ${status.version || 'none yet'}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** The same in a line, for where nothing can be drawn over. */
export function trainerLine(look: TrainerLook): string {
  const { status, away } = look
  if (status === undefined || away !== undefined) return `trainer ${away ?? 'starting'}`
  const { step, examples, examplesPerS, phase, auc } = status
  return [
    `${phase}: step ${count(step)}`,
    `${count(examples)} examples`,
    `${count(examplesPerS)}/s`,
    `loss ${lossText(status)}`,
    `AUC ${figure(auc)}`,
    memoryText(status),
    etaText(look),
  ].join(', ')
}

function whoText({ trainerId, owner, epoch, phase, provider, workers, replicas }: trainer.GetStatusResponse): string {
  const role = owner === trainerId ? 'owner' : `follows ${owner || 'nobody yet'}`
  const on = provider === '' ? [] : [`on ${provider}`]
  return [
    trainerId,
    role,
    `epoch ${count(epoch)}`,
    phase,
    ...on,
    ...(workers > 1 ? [`${count(workers)} threads`] : []),
    ...replicaCount(replicas),
  ].join(', ')
}

/** How much of what can be learned now has been. */
function bar({ examples, lag }: trainer.GetStatusResponse): string {
  const behind = lagOf(lag)
  const share = behind === 0 ? 1 : examples / (examples + behind)
  const full = Math.floor(share * BAR_WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(100 * share)} % of ${count(examples + behind)}`
}

function etaText({ status, etaS }: TrainerLook): string {
  if (status === undefined) return ''
  const behind = lagOf(status.lag)
  if (behind === 0) return 'up to date'
  const isPassing = status.mode === 'online' // a cut or two that wait: they come and go
  const eta = isPassing || etaS === undefined ? '' : etaS === Infinity ? ', not getting fewer' : `, done in ${durationText(etaS)}`
  return `${count(behind)} behind${eta}`
}

/** 3725 as people read it: 1 h 2 min. */
export function durationText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const row = (name: string, figures: string, drawn: string): string =>
  `${name.padEnd(11)}${figures.padEnd(FIGURES_WIDTH)} ${drawn}`.trimEnd()
const lossText = ({ rankLoss, recallLoss }: trainer.GetStatusResponse): string => `${figure(rankLoss)} + ${figure(recallLoss)}`
function memoryText({ residentBytes, tableBytes, tableBytesMax, rows, rowsExpired, rowsDisplaced }: trainer.GetStatusResponse): string {
  const bound = tableBytesMax > 0 ? ` of ${mebibytes(tableBytesMax)}` : ''
  const gone = rowsExpired + rowsDisplaced > 0 ? `, ${count(rowsExpired)} expired, ${count(rowsDisplaced)} displaced` : ''
  return `${mebibytes(residentBytes)} in all, ${mebibytes(tableBytes)}${bound} for ${count(rows)} rows${gone}`
}

/** 0 on the wire: nothing to say yet. */
const figure = (value: number): string => (value > 0 ? value.toFixed(4) : '–')
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const lowest = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity)

/** A curve between `floor` and its highest value. */
const curveFrom = (floor: number, values: readonly number[]): string =>
  curve(
    values.map((value) => value - floor),
    values.reduce((top, value) => Math.max(top, value - floor), 0),
  )

const BAR_WIDTH = 30
const FIGURES_WIDTH = 34
