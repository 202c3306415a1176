import { compileDictionary } from '@freshet/features'

const FIRST = `
name: naive
events:
  view: { weight: 0.5 }
  click: { label: positive }
  buy: { label: positive, consumes: true, weight: 2 }
  rate: { label: { atLeast: 4 }, explicit: true, consumes: true }
  return: { label: negative, corrects: [buy, rate] }
  unsee: { corrects: [view] }
  glance: { touches: false }
  shown: { impression: true }
negatives: 2
latenessMs: 0
joinWindowMs: 6000000
value: { prior: 3, weight: 2 }
remember: { items: 3, categories: 3 }
user:
  - { kind: id, name: user }
  - { kind: category, name: town }
  - { kind: count, name: clicks, events: [click, buy], windowMs: 100000, buckets: 5 }
  - { kind: rate, name: bought, of: [buy], per: [view, shown], windowMs: 160000 }
  - { kind: mean, name: mild }
  - { kind: bias, name: milder }
  - { kind: since, name: seen, unitMs: 20000 }
  - { kind: since, name: met, moment: first, unitMs: 20000 }
  - { kind: total, name: deeds }
  - { kind: sequence, name: recent, events: [view, click, buy], last: 4, shares: item }
  - { kind: sequence, name: liked, events: [rate], last: 2, atLeast: 4 }
  - { kind: sequence, name: endured, events: [view, rate], last: 3, below: 4 }
item:
  - { kind: id, name: item }
  - { kind: category, name: genre, slots: 2 }
  - { kind: count, name: views, events: [view, glance], windowMs: 80000, buckets: 4 }
  - { kind: rate, name: ctr, of: [click], per: [shown], windowMs: 100000 }
  - { kind: mean, name: quality }
  - { kind: bias, name: better }
  - { kind: since, name: touched, unitMs: 20000 }
  - { kind: since, name: age, moment: created, unitMs: 20000 }
  - { kind: total, name: touches }
cross:
  - { kind: pair, name: did, events: [click, buy, rate], unitMs: 30000 }
  - { kind: affinity, name: taste, attribute: genre, unitMs: 50000 }
  - { kind: cross, name: after, user: last, item: genre, slots: 2 }
  - { kind: cross, name: both, user: id, item: id }
context: [{ kind: key, name: device }]
`

const MORE = FIRST.replace('  shown: { impression: true }', '  shown: { impression: true }\n  share: { label: positive, consumes: true }')

/** The first dictionary, and two that a data set may go on with: other widths, bounds, priors and policies, one more type. */
export const DICTIONARIES = [
  FIRST,
  MORE.replace('events: [click, buy], windowMs: 100000', 'events: [click], windowMs: 300000').replace('last: 4', 'last: 2'),
  MORE.replace('of: [click], per: [shown], windowMs: 100000', 'of: [click, buy], per: [shown], windowMs: 40000')
    .replace('items: 3, categories: 3', 'items: 2, categories: 2')
    .replace('prior: 3, weight: 2', 'prior: 2, weight: 1')
    .replace('label: { atLeast: 4 }', 'label: { atLeast: 3 }'),
].map(compileDictionary)
