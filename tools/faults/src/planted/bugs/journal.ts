import type { PlantedBug } from '../planted-bug'

const RULES = 'libs/follow/src/rules.ts'
const RULES_SPEC = 'libs/follow/src/fold-journal.spec.ts'

/** Mistakes in the order by which ownership is decided. */
export const JOURNAL_BUGS: readonly PlantedBug[] = [
  {
    name: '>= for == in the order test',
    file: RULES,
    right: 'body.step === state.step + 1',
    wrong: 'body.step >= state.step + 1',
    spec: RULES_SPEC,
    test: 'cuts',
  },
  {
    name: 'claim without the last valid offset',
    file: RULES,
    right: "  if (previous !== state.lastOffset) return 'previous'\n",
    wrong: '',
    spec: RULES_SPEC,
    test: 'claims',
  },
  {
    name: 'a zombie’s cut accepted: of an epoch that is over',
    file: RULES,
    right: "    if (scope.epoch !== scope.state.epoch) return 'epoch'\n",
    wrong: '',
    spec: RULES_SPEC,
    test: 'cuts',
  },
  {
    name: 'anybody may write the owner’s records',
    file: RULES,
    right: "    if (scope.writer !== scope.state.owner) return 'owner'\n",
    wrong: '',
    spec: RULES_SPEC,
    test: 'cuts',
  },
  {
    name: 'heartbeats counted as records that a claim must know',
    file: 'libs/follow/src/fold-journal.ts',
    right: "record.record?.$case === 'heartbeat' ? state.lastOffset : offset",
    wrong: "record.record?.$case === 'malformed' ? state.lastOffset : offset",
    spec: RULES_SPEC,
    test: 'claims',
  },
  {
    name: 'result accepted for steps that were never cut',
    file: RULES,
    right: ' || toStep > state.step) return',
    wrong: ') return',
    spec: RULES_SPEC,
    test: 'results',
  },
]
