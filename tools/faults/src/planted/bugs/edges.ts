import type { PlantedBug } from '../planted-bug'

/** Mistakes at both ends: where events come in, and where answers go out. */
export const EDGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'acknowledged before it is durable',
    file: 'libs/intake/src/partition-writer.ts',
    right: '    for (const { failed } of group) failed(error)\n',
    wrong: '    for (const { done } of group) done(error === undefined ? 1 : 0)\n',
    spec: 'libs/intake/src/partition-writer.spec.ts',
    test: 'says to everyone of a group that it failed',
  },
  {
    name: 'replay taken over by whoever asks',
    file: 'libs/intake/src/replay-desk.ts',
    right: 'if (open && open.source !== source) throw',
    wrong: "if (open && open.source === '') throw",
    spec: 'libs/intake/src/replay.spec.ts',
    test: 'is refused to other sources while it is open',
  },
  {
    name: 'ranker that takes what a zombie tells',
    file: 'libs/ranking/src/journal-follower.ts',
    right: "const turn = folded.verdict === 'valid' ? await this.take(folded) : undefined",
    wrong: 'const turn = await this.take(folded)',
    spec: 'libs/ranking/src/journal-follower.spec.ts',
    test: 'takes no notice of what is void: a zombie, or a second copy',
  },
]
