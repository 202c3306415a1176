export { foldJournal, type Verdict } from './fold-journal'
export { readJournal, type FoldedRecord, type JournalLog, type JournalReading } from './read-journal'
export { judgeLog, judgeMark, markOf, type RecordMark } from './record-mark'
export { startFold, type Deaths, type JournalState, type OpenResult, type ResetPoint, type VoidReason } from './state'
