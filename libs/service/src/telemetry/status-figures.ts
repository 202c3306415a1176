import { STATUS_METRICS, type Sample, type StatusMetric } from './status-metrics'

/** What a service says of itself: the answer of its GetStatus. */
export interface ServiceStatus {
  /** Such as `Ranker`. */
  readonly service: string
  readonly status: object
}

/**
 * What services say of themselves as Prometheus reads it: by {@link STATUS_METRICS}; of a service that is not there, every number as a
 * gauge named after its field, and for lists one sample an index.
 *
 * source  Prometheus' text format, 0.0.4
 */
export function statusFigures(statuses: readonly ServiceStatus[], process: string): string {
  const families = new Map<string, Family>()
  for (const family of statuses.flatMap(familiesOf)) {
    const known = families.get(family.name)
    families.set(family.name, known ? { ...known, samples: [...known.samples, ...family.samples] } : family)
  }
  return [...families.values()].map((family) => spell(family, process)).join('')
}

/** All samples of one name. */
interface Family extends Pick<StatusMetric<never>, 'name' | 'kind' | 'help'> {
  readonly samples: readonly Sample[]
}

function familiesOf({ service, status }: ServiceStatus): Family[] {
  const declared = STATUS_METRICS[service] as readonly StatusMetric<object>[] | undefined
  if (declared) return declared.map(({ samples, ...family }) => ({ ...family, samples: samples(status) }))
  const figures = flatten(`freshet_${snake(service)}`, status, {})
  return figures.map(({ name, labels, value }) => ({ name, kind: 'gauge', help: `of GetStatus of ${service}`, samples: [[labels, value]] }))
}

function spell({ name, kind, help, samples }: Family, process: string): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => line(name, { ...labels, service: process }, value))
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`
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

function line(name: string, labels: Labels, value: number): string {
  const spelled = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, '_')}"`)
  return `${name}{${spelled.join(',')}} ${Number.isNaN(value) ? 'NaN' : value}\n`
}

/** Fields of messages are in camel case; the keys of maps, such as error codes, are not. */
const isField = (key: string): boolean => /^[a-z][a-zA-Z0-9]*$/.test(key)

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
