import type { feature, ingest, ranker, status, trainer } from '@freshet/contracts/services'
import type { FreshetError } from '@freshet/kernel'
import type { Addresses } from '../services'
import { count } from '../terminal'
import { replicaComplaints, replicaCount } from '../train/replica-text'
import { gapOf, standingTexts, worstPartition } from './partition-table'

/** What each stage says of itself; absent where it does not answer. */
export interface StatusReport {
  readonly addresses: Addresses
  readonly observe?: ingest.GetStatusResponse
  readonly remember?: feature.GetStatusResponse
  readonly learn?: trainer.GetStatusResponse
  readonly answer?: ranker.GetStatusResponse
  /** Why a stage does not. */
  readonly failures?: Failures
}

/** By service; what none is told of has not failed. */
export type Failures = Partial<Readonly<Record<keyof Addresses, FreshetError>>>

/** The screen: a line or two a stage, and what each still has to do. */
export function statusText({ addresses, observe, remember, learn, answer, failures = {} }: StatusReport, nowMs: number): string {
  const stage = (name: string, service: keyof Addresses, lines: readonly string[] | undefined): string =>
    stageText(name, addresses[service], lines ?? [refusal(failures[service])])
  const standings = [observe, remember, learn, answer].map((status) => status?.standing)
  const aged = (lines: readonly string[], standing: status.Standing | undefined): string[] => [...lines, ...ageTexts(standing, nowMs)]
  return [
    ...problemTexts('the log', standings.map((standing) => standing?.logProblem)), // prettier-ignore
    ...problemTexts('the online store', standings.map((standing) => standing?.storeProblem)), // prettier-ignore
    stage('observe', 'ingest', observe && aged(observeText(observe), observe.standing)),
    stage('remember', 'featureStore', remember && aged(rememberText(remember, nowMs), remember.standing)),
    stage('learn', 'trainer', learn && aged(learnText(learn), learn.standing)),
    stage('answer', 'ranker', answer && aged(answerText(answer), answer.standing)),
    ...indented(worstPartition({ remember, learn })),
  ].join('\n')
}

/** What keeps stages from answering for now, each reason once. */
const problemTexts = (what: string, reasons: readonly (string | undefined)[]): string[] =>
  [...new Set(reasons)].filter((reason) => reason !== undefined && reason !== '').map((reason) => `${what} does not answer: ${reason}`)

/** Of a stage whose figures are not of now. */
const ageTexts = (standing: status.Standing | undefined, nowMs: number): string[] =>
  standing && standing.asOfMs > 0 ? [`as it was ${seconds(nowMs - standing.asOfMs)} ago, when it was last known`] : []

const indented = (line: string | undefined): string[] => (line === undefined ? [] : [`${' '.repeat(INDENT)}${line}`])

const refusal = (failure: FreshetError | undefined): string => `does not answer${failure === undefined ? '' : `: ${failure.message}`}`

function stageText(name: string, address: string | undefined, lines: readonly string[]): string {
  const [first, ...rest] = address === undefined ? ['not running'] : lines
  return [`${name.padEnd(10)}${(address ?? '').padEnd(18)}${first}`, ...rest.map((line) => `${' '.repeat(INDENT)}${line}`)].join('\n')
}

function observeText(status: ingest.GetStatusResponse): string[] {
  const { accepted, rejected, rejectedByCode, ends, replayId, deadLettersByCode, deadLettersReplayed, diskFreeBytes } = status
  const letters = sum(Object.values(deadLettersByCode))
  return [
    `events in the log ${count(sum(ends))}   accepted since start ${count(accepted)}   rejected ${count(rejected)}${reasonsText(rejectedByCode)}`,
    ...(letters > 0 ? [`dead letters ${count(letters)}${reasonsText(deadLettersByCode)}, replayed ${count(deadLettersReplayed)}`] : []),
    ...(isDiskLow(status)
      ? [`nothing is accepted: ${mebibytes(diskFreeBytes)} are free, and ${mebibytes(status.diskFreeBytesMin)} are kept`]
      : []),
    ...(replayId === '' ? [] : [`replay ${replayId} is open: live writes are refused`]),
  ]
}

function rememberText(status: feature.GetStatusResponse, nowMs: number): string[] {
  const { partitions, folded, duplicates, late, examples, unreadable } = status
  const behind = sum(partitions.map(({ eventsEnd, eventsPosition }) => Math.max(0, eventsEnd - eventsPosition)))
  const standing = standingTexts(status, nowMs)
  const still = `${count(standing.length)} of ${count(partitions.length)} partitions stand still`
  const progress = [
    ...(standing.length > 0 ? [still] : []),
    ...(standing.length === 0 || behind > 0 ? [behindText(behind, 'events')] : []),
  ].join(', ')
  const outbox = sum(partitions.map(({ outboxDepth }) => outboxDepth))
  const watermarks = partitions.map(({ watermarkMs }) => watermarkMs).filter((ms) => ms > 0)
  return [
    `${progress}   folded ${count(folded)}   duplicates ${count(duplicates)}   late ${count(late)}${unreadable > 0 ? `   unreadable ${count(unreadable)}` : ''}`,
    [`examples ${count(examples)}`, `outbox ${count(outbox)}`, ...watermarkTexts(watermarks, nowMs)].join('   '),
    ...gapTexts(partitions.map(gapOf), 'fold'),
    ...(isAway(status) ? [] : standingReasons(standing)), // the screen begins with the reason of all of them
  ]
}

/** The first reasons; there may be as many as partitions. */
const standingReasons = (standing: readonly string[]): string[] => [
  ...standing.slice(0, STANDING_SHOWN),
  ...(standing.length > STANDING_SHOWN ? [`and ${count(standing.length - STANDING_SHOWN)} more: see \`freshet status --partitions\``] : []),
]

const isAway = ({ standing }: feature.GetStatusResponse): boolean =>
  standing !== undefined && (standing.logProblem !== '' || standing.storeProblem !== '')

/** Live events keep a partition's watermark near now; where a file was the last to move it, it stands in the file's time. */
function watermarkTexts(watermarks: readonly number[], nowMs: number): string[] {
  const moving = watermarks.filter((ms) => nowMs - ms < STANDING_MS)
  const standing = watermarks.filter((ms) => nowMs - ms >= STANDING_MS)
  return [
    ...(moving.length > 0 ? [`watermark ${seconds(nowMs - Math.min(...moving))} ago`] : []),
    ...(standing.length > 0
      ? [`${count(standing.length)} of ${count(watermarks.length)} clocks stand at ${momentText(Math.max(...standing))}`]
      : []),
  ]
}

function learnText(status: trainer.GetStatusResponse): string[] {
  const { trainerId, owner, epoch, step, examples, rankLoss, recallLoss, auc, rows, parameters, lag, version, examplesPerS } = status
  const { phase, serving, lost, duplicates, voidRecords, voidRecordsByReason } = status
  const role = owner === trainerId ? 'owner' : `follows ${owner || 'nobody yet'}`
  return [
    `${isBesideAnotherLog(status) ? 'stands still' : behindText(sum(lag), 'examples')}   step ${count(step)}   loss ${rankLoss.toFixed(4)} + ${recallLoss.toFixed(4)}   AUC ${auc > 0 ? auc.toFixed(4) : '–'}`,
    `${trainerId}, ${role}, epoch ${count(epoch)}   ${phase}   ${count(examples)} examples${examplesPerS > 0 ? `, ${count(examplesPerS)}/s` : ''}`,
    `${count(rows)} rows, ${count(parameters)} parameters   version ${version || 'none yet'}${dictionaryText(status)}`,
    ...(duplicates + voidRecords > 0
      ? [`duplicates ${count(duplicates)}   void records ${count(voidRecords)}${reasonsText(voidRecordsByReason)}`]
      : []),
    ...workersTexts(status),
    ...gapTexts(lost, 'learn'),
    ...otherLogTexts(status),
    ...(serving === '' ? [] : [`rankers stay with version ${serving}, until \`freshet model rollback --latest\``]),
  ]
}

/** Who shares the steps, where that is more than one; and who was lost. */
function workersTexts({ workers, scalesByLoad, workersLost, workerFailure, replicas }: trainer.GetStatusResponse): string[] {
  const lost = workersLost > 0 ? `   ${count(workersLost)} lost, the last one: ${workerFailure}` : ''
  const elsewhere = [...replicaCount(replicas).map((text) => `${text} compute shards`), ...replicaComplaints(replicas)]
  if (workers < 2 && lost === '') return elsewhere
  return [`${count(workers)} threads share each step${scalesByLoad ? ', as load asks for' : ''}${lost}`, ...elsewhere]
}

function answerText(status: ranker.GetStatusResponse): string[] {
  const {
    provenance,
    items,
    rows,
    requests,
    journalPosition,
    journalEnd,
    answerP50Ms,
    answerP99Ms,
    impressionsLogged,
    impressionsDropped,
  } = status
  const { modelVersion, degraded = [] } = provenance ?? {}
  return [
    behindText(journalEnd - journalPosition, 'journal records'),
    `rows at step ${count(modelVersion?.rowStep ?? 0)}, dense at ${count(modelVersion?.denseStep ?? 0)}   ${count(items)} items, ${count(rows)} rows`,
    `${count(requests)} requests, p50 ${answerP50Ms.toFixed(1)} ms, p99 ${answerP99Ms.toFixed(1)} ms   impressions ${count(impressionsLogged)}, dropped ${count(impressionsDropped)}${dictionaryText(status)}`,
    ...(degraded.length > 0 ? [`degraded: ${degraded.join('; ')}`] : []),
  ]
}

const dictionaryText = ({ dictionaryHash }: { readonly dictionaryHash: string }): string =>
  dictionaryHash === '' ? '' : `   dictionary ${dictionaryHash}`

/** By partition, how much of what it was to do next is in the log no more; nothing where all of it is. */
function gapTexts(lost: readonly number[], verb: string): string[] {
  const still = lost.filter((records) => records > 0)
  const what = `${count(sum(still))} records that they were to ${verb} were trimmed from the log`
  return still.length > 0 ? [`${count(still.length)} partitions stand still: ${what}: see \`freshet repair\``] : []
}

/** A trainer that has learned from another log than the one that it has now. */
function otherLogTexts({ beyond, ofAnotherLog, journalShortBy }: trainer.GetStatusResponse): string[] {
  const short = beyond.filter((records) => records > 0)
  const what = `learned ${count(sum(short))} examples beyond the end of the log, which is another one`
  return [
    ...(journalShortBy > 0 ? [`all stands still: the journal ends ${count(journalShortBy)} records before what was read of it`] : []),
    ...(short.length > 0 ? [`${count(short.length)} partitions stand still: ${what}`] : []),
    ...(ofAnotherLog.length > 0
      ? [`partitions ${ofAnotherLog.join(', ')} stand still: they have other examples than those that were learned`]
      : []),
  ].map((text) => `${text}: see docs/OPERATING.md, Another log`)
}

const isBesideAnotherLog = ({ beyond, ofAnotherLog, journalShortBy }: trainer.GetStatusResponse): boolean =>
  journalShortBy > 0 || ofAnotherLog.length > 0 || beyond.some((records) => records > 0)

const isDiskLow = ({ diskFreeBytes, diskFreeBytesMin }: ingest.GetStatusResponse): boolean =>
  diskFreeBytes > 0 && diskFreeBytes < diskFreeBytesMin

const INDENT = 28
const STANDING_SHOWN = 2
const STANDING_MS = 60_000 // ingest ticks once a second

const behindText = (n: number, what: string): string => (n > 0 ? `${count(n)} ${what} behind` : 'up to date')

const mebibytes = (bytes: number): string => `${count(bytes / 2 ** 20)} MiB`

/** Counts by reason, the largest first, in brackets; nothing where there is none. */
function reasonsText(counts: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return reasons.length > 0 ? ` (${reasons.map(([reason, n]) => `${reason} ${count(n)}`).join(', ')})` : ''
}

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`
const momentText = (ms: number): string => `${new Date(ms).toISOString().replace('T', ' ').slice(0, 16)} UTC`

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
