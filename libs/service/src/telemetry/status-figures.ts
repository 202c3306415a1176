/** What a service says of itself: the answer of its GetStatus. */
export interface ServiceStatus {
  /** Such as `Ranker`. */
  readonly service: string
  readonly status: object
}

/**
 * Every number that services say of themselves, as Prometheus gauges: `freshet_trainer_step`, and for lists one sample an index.
 *
 * source  Prometheus' text format, 0.0.4
 */
export function statusFigures(statuses: readonly ServiceStatus[], process: string): string {
  const figures = statuses.flatMap(({ service, status }) => flatten(`freshet_${snake(service)}`, status, {}))
  const byName = new Map<string, Figure[]>()
  for (const figure of figures) byName.set(figure.name, [...(byName.get(figure.name) ?? []), figure])
  return [...byName].map(([name, samples]) => `# TYPE ${name} gauge\n${samples.map((sample) => line(sample, process)).join('')}`).join('')
}

interface Figure {
  readonly name: string
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
}

type Labels = Figure['labels']

function flatten(name: string, value: unknown, labels: Labels): Figure[] {
  if (typeof value === 'number') return [{ name, value, labels }]
  if (typeof value === 'boolean') return [{ name, value: Number(value), labels }]
  if (Array.isArray(value)) return value.flatMap((element, index) => flatten(name, element, { ...labels, partition: String(index) }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    isField(key) ? flatten(`${name}_${snake(key)}`, inner, labels) : flatten(name, inner, { ...labels, key }),
  )
}

function line({ name, value, labels }: Figure, process: string): string {
  const spelled = Object.entries({ ...labels, service: process }).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, '_')}"`)
  return `${name}{${spelled.join(',')}} ${Number.isNaN(value) ? 'NaN' : value}\n`
}

/** Fields of messages are in camel case; the keys of maps, such as error codes, are not. */
const isField = (key: string): boolean => /^[a-z][a-zA-Z0-9]*$/.test(key)

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
