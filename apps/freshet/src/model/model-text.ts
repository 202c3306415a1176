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

function tableText(described: TableDescription, live: ModelDescription['live']): string[] {
  const { name, width, segments } = described
  const bytes = live === undefined ? '' : `, ${count(live.rows)} rows, ${mebibytes(live.tableBytes)}`
  return [
    `  ${name}: ${width} floats each${bytes}`,
    ...memoryLines(described, live).map((line) => `    ${line}`),
    ...indented(table(segments.map((segment) => [segment.name, `${segment.width}`, segment.optimiser])), 4),
  ]
}

/** Which ids get a row, and how long they keep it: nothing where each does, for ever. */
function memoryLines({ admission, memory }: TableDescription, live: ModelDescription['live']): string[] {
  const { expireAfterSteps, memoryBytes } = memory
  const room = live && live.rowsMax > 0 ? `, room for ${count(live.rowsMax)} rows` : ''
  const [expired, displaced] = live ? [`: ${count(live.rowsExpired)} so far`, `: ${count(live.rowsDisplaced)} so far`] : ['', '']
  return [
    ...(admission > 1 ? [`an id gets a row once ${count(admission)} steps have met it`] : []),
    ...(expireAfterSteps === undefined ? [] : [`a row is given up after ${count(expireAfterSteps)} steps that do not meet it${expired}`]),
    ...(memoryBytes === undefined ? [] : [`at most ${mebibytes(memoryBytes)}${room}; then new ids take the places of others${displaced}`]),
  ]
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const layerRows = ({ name, optimiser, parameters, count: whole }: LayerDescription): string[][] => [
  [name, '', count(whole), optimiser],
  ...parameters.map((parameter) => [`  ${parameter.name}`, parameter.shape.join(' × '), count(parameter.count)]),
]

const indented = (text: string, by = 2): string[] => text.split('\n').map((line) => `${' '.repeat(by)}${line}`)
