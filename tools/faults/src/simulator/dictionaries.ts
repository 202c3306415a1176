import { compileDictionary, type Dictionary } from '@freshet/features'

const FIRST = `
name: simulated
events:
  look: {}
  click: { label: positive }
  purchase: { label: positive, consumes: true, weight: 2 }
  rating: { label: { atLeast: 4 }, explicit: true }
  return: { corrects: [purchase] }
  impression: { impression: true }
negatives: 1
joinWindowMs: 200
lateLabelMs: 30
lateClickMs: 150
latenessMs: 50
user:
  - { kind: id, name: user }
  - { kind: sequence, name: recent, events: [click, purchase], last: 2 }
item:
  - { kind: id, name: item }
  - { kind: category, name: genre }
  - { kind: rate, name: rate, of: [click], per: [impression], windowMs: 250 }
cross:
  - { kind: affinity, name: taste, attribute: genre }
  - { kind: affinity, name: fashion, attribute: style }
model: { rank: { dimensions: 1, hidden: [1] }, recall: { dimensions: 1, hidden: [], width: 2 }, learningRate: { dense: 0.01, rows: 0.1 }, expireAfterSteps: 2 }
`

/** With a type of event more, features more on every side, and other windows. Of an item nothing counts otherwise under the names that it had. */
const RICHER = FIRST.replace('\nnegatives: 1', '\n  share: { label: positive }\nnegatives: 2')
  .replace('joinWindowMs: 200', 'joinWindowMs: 260')
  .replace('last: 2 }', 'last: 3 }\n  - { kind: count, name: busy, events: [click], windowMs: 300 }')
  .replace(
    'cross:',
    '  - { kind: rate, name: fresh, of: [purchase], per: [look], windowMs: 250 }\ncross:\n  - { kind: pair, name: did, events: [look] }',
  )

/** With features of the first one gone. */
const LEANER = RICHER.replace('  - { kind: category, name: genre }\n', '')
  .replace('  - { kind: affinity, name: taste, attribute: genre }\n', '')
  .replace('joinWindowMs: 260', 'joinWindowMs: 150')

/** A shop in small, with windows of parts of a second, so that lists and clicks end while faults happen. */
export const dictionary = compileDictionary(FIRST)

/** What it may become: either of the first, and each of the other. */
export const laterDictionaries: readonly Dictionary[] = [RICHER, LEANER].map(compileDictionary)

/** All that ever holds, by hash. */
export const everyDictionary: ReadonlyMap<string, Dictionary> = new Map([dictionary, ...laterDictionaries].map((each) => [each.hash, each]))
