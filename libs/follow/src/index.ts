export { foldJournal, type Verdict } from './fold-journal'
export { readJournal, type FoldedRecord, type JournalLog, type JournalMark, type JournalReading } from './read-journal'
export { startFold, type Deaths, type JournalState, type OpenResult, type ResetPoint, type VoidReason } from './state'
