import { count, table } from '../terminal'
import type { FeatureDescription, LayerDescription, ModelDescription, PartDescription, TableDescription } from './describe-model'

/** A model set as a tree of lines: what it reads, what it keeps of each id, what it computes with. */
export function modelText(model: ModelDescription): string {
  const { dictionary, models, schema, tables, layers, live, denseParameters } = model
  return [
    `${models.rank} ranks, ${models.recall} recalls; dictionary '${dictionary.name}', ${dictionary.hash}`,
    liveText(live),
    '',
    'schema: what an example holds',
    ...schema.flatMap(partText),
    '',
    'tables: what is kept of each id',
    ...tables.flatMap((one) => tableText(one, live)),
    '',
    `layers: ${count(denseParameters)} dense parameters`,
    ...indented(table(layers.flatMap(layerRows))),
  ].join('\n')
}

function liveText(live: ModelDescription['live']): string {
  if (live === undefined) return 'no trainer answers: rows are not known'
  return `${count(live.parameters)} parameters after step ${count(live.step)}, ${count(live.rows)} rows among them`
}

function partText({ part, ids, numbers, features }: PartDescription): string[] {
  return [`  ${part}: ${count(ids)} id slots, ${count(numbers)} numbers`, ...indented(table(features.map(featureRow)), 4)]
}

function featureRow({ name, kind, slots, numbers }: FeatureDescription): string[] {
  const ids = slots === undefined ? '' : slots.count === 1 ? `slot ${slots.from}` : `slots ${slots.from}–${slots.from + slots.count - 1}`
  const last = numbers.at(-1) ?? ''
  const spelled = numbers.length > SPELLED_MAX ? `${numbers.length} numbers, ${numbers[0]} … ${last}` : numbers.join(', ')
  return [name, kind, [ids, spelled].filter(Boolean).join('; ')]
}

const SPELLED_MAX = 4

function tableText({ name, width, segments }: TableDescription, live: ModelDescription['live']): string[] {
  const bytes = live === undefined ? '' : `, ${count(live.rows)} rows, ${(live.tableBytes / 2 ** 20).toFixed(1)} MiB`
  return [
    `  ${name}: ${width} floats each${bytes}`,
    ...indented(table(segments.map((segment) => [segment.name, `${segment.width}`, segment.optimiser])), 4),
  ]
}

const layerRows = ({ name, optimiser, parameters, count: whole }: LayerDescription): string[][] => [
  [name, '', count(whole), optimiser],
  ...parameters.map((parameter) => [`  ${parameter.name}`, parameter.shape.join(' × '), count(parameter.count)]),
]

const indented = (text: string, by = 2): string[] => text.split('\n').map((line) => `${' '.repeat(by)}${line}`)
