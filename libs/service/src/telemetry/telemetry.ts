import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What a service counts of its own work, as Prometheus reads it. */
export interface Telemetry {
  readonly registry: Registry
  /** A call is being answered. */
  began(): void
  /** A call that began has ended. */
  ended(call: CallFacts): void
}

/** How one call went. */
export interface CallFacts {
  readonly method: string
  readonly code: string
  readonly durationMs: number
}

/** Opens the metrics of one process; every sample carries its `service`. */
export function openTelemetry(service: string): Telemetry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'freshet_' })
  const registers = [registry]
  const calls = new Counter({ name: 'freshet_calls_total', help: 'calls answered, by status', labelNames: ['method', 'code'], registers })
  const seconds = new Histogram({
    name: 'freshet_call_seconds',
    help: 'time to answer',
    labelNames: ['method'],
    buckets: BUCKETS_S,
    registers,
  })
  const gauge = new Gauge({ name: 'freshet_calls_in_flight', help: 'calls being answered', registers })
  return {
    registry,
    began: () => gauge.inc(),
    ended({ method, code, durationMs }) {
      gauge.dec()
      calls.inc({ method, code })
      seconds.observe({ method }, durationMs / 1000)
    },
  }
}

const BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
