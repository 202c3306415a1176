import type { PlantedBug } from '../planted-bug'

/** Mistakes in what judges a siege: it would call a house sound of which it has not seen all. */
export const JUDGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'a recording that goes on behind what it has missed',
    file: 'tools/bench/src/faults/track.ts',
    right: 'if (passedOver > voids) throw',
    wrong: 'if (passedOver < 0) throw',
    spec: 'tools/bench/src/faults/recording.spec.ts',
    test: 'fails where a read passes over an offset',
  },
  {
    name: 'a log’s end not held against its recording: what it should have kept may say something else',
    file: 'tools/bench/src/faults/track.ts',
    right: 'count += recorded.filter((record, i) => !isSame(record, records[i])).length',
    wrong: 'count += recorded.filter((record, i) => record.offset !== records[i]?.offset).length',
    spec: 'tools/bench/src/faults/recording.spec.ts',
    test: 'is altered where a record says something else by now',
  },
]
