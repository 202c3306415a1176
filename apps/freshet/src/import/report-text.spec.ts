import type { ImportReport } from './import-records'
import { importReportText } from './report-text'

const report: ImportReport = {
  source: 'movielens:/data',
  notes: ['a note'],
  items: 2,
  users: 1,
  events: 10,
  accepted: 7,
  deduplicated: 3,
  late: 1,
  deadLettered: [
    { code: 'INVALID_FIELD', field: 'value', count: 2, example: 'value is NaN, but a value is a finite number; leave it out' },
    { code: 'MESSAGE_TOO_LARGE', field: '', count: 1, example: 'too large' },
  ],
  unreadable: Array.from({ length: 7 }, (_, i) => ({ line: i + 1, reason: 'event: it is an object' })),
  seconds: { catalogue: 0.04, replay: 1.26, features: 0.5, training: 2 },
  eventsPerS: 5555.5,
  examples: 35,
  step: 4,
  auc: 0.76234,
}

describe('the report of an import', () => {
  it('is a table that says what became of each record, and why', () => {
    expect(importReportText(report).split('\n').slice(0, 11)).toEqual([
      'source                   movielens:/data',
      'note                     a note',
      'catalogue                2 items, 1 users',
      'events                   10',
      '  accepted               7',
      '  deduplicated           3 of those accepted: known before, without effect',
      '  late                   1',
      '  dead-lettered          3',
      '    INVALID_FIELD value  2: value is NaN, but a value is a finite number; leave it out',
      '    MESSAGE_TOO_LARGE    1: too large',
      '  unreadable             7 lines, not sent',
    ])
  })

  it('names the first lines that could not be read, and how long everything took', () => {
    const text = importReportText(report)
    expect(text.match(/ {4}line \d/g)).toHaveLength(5)
    expect(text).toMatch(/seconds +catalogue 0.0, events 1.3, features 0.5, training 2.0/)
    expect(text).toMatch(/events\/s +5556/)
    expect(text).toMatch(/AUC +0.7623 \(progressive/)
  })

  it('says so where no label says no, and leaves out what did not happen', () => {
    const nothing = { unreadable: [], deadLettered: [], notes: [], deduplicated: 0 }
    const plain = importReportText({ ...report, auc: undefined, ...nothing })
    expect(plain).toMatch(/^ {2}deduplicated +0\n {2}late +1\n {2}dead-lettered +0\nseconds/m)
    expect(plain).toMatch(/AUC +none: the data set says only yes/)
    expect(plain).not.toMatch(/unreadable|note|INVALID/)
  })
})
