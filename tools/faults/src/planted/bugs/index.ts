import type { PlantedBug } from '../planted-bug'
import { EDGE_BUGS } from './edges'
import { ENGINE_BUGS } from './engines'
import { FOLD_BUGS } from './folds'
import { JOURNAL_BUGS } from './journal'
import { JUDGE_BUGS } from './judge'
import { MATERIALIZE_BUGS } from './materialize'
import { TRAINING_BUGS } from './training'

/** All mistakes that are planted, by room. */
export const PLANTED: readonly PlantedBug[] = [
  ...ENGINE_BUGS,
  ...JOURNAL_BUGS,
  ...MATERIALIZE_BUGS,
  ...FOLD_BUGS,
  ...TRAINING_BUGS,
  ...EDGE_BUGS,
  ...JUDGE_BUGS,
]
