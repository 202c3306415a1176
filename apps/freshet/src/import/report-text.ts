import type { ImportReport } from './import-records'

const UNREADABLE_SHOWN_MAX = 5

/** A report as a table for people. */
export function importReportText(report: ImportReport): string {
  const { seconds, deadLettered, unreadable } = report
  const refused = deadLettered.reduce((sum, { count }) => sum + count, 0)
  const rows: readonly (readonly [string, string])[] = [
    ['source', report.source],
    ...report.notes.map((note) => ['note', note] as const),
    ['catalogue', `${report.items} items, ${report.users} users`],
    ['events', `${report.events}`],
    ['  accepted', `${report.accepted}`],
    ['  deduplicated', report.deduplicated === 0 ? '0' : `${report.deduplicated} of those accepted: known before, without effect`],
    ['  late', `${report.late}`],
    ['  dead-lettered', `${refused}`],
    ...deadLettered.map(({ code, field, count, example }) => [`    ${code} ${field}`.trimEnd(), `${count}: ${example}`] as const),
    ...(unreadable.length === 0 ? [] : [['  unreadable', `${unreadable.length} lines, not sent`] as const]),
    ...unreadable.slice(0, UNREADABLE_SHOWN_MAX).map(({ line, reason }) => [`    line ${line}`, reason] as const),
    [
      'seconds',
      `catalogue ${fixed(seconds.catalogue)}, events ${fixed(seconds.replay)}, features ${fixed(seconds.features)}, training ${fixed(seconds.training)}`,
    ],
    ['events/s', `${Math.round(report.eventsPerS)}`],
    ['trained', `${report.examples} examples, step ${report.step}`],
    ['AUC', aucText(report.auc)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

const aucText = (auc: number | undefined): string =>
  auc === undefined ? 'none: the data set says only yes' : `${auc.toFixed(4)} (progressive: each example scored before it was learned from)`
const fixed = (value: number): string => value.toFixed(1)
