import { setMaxListeners } from 'node:events'
import type { IngestClient, RankerClient, TrainerClient } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import { call } from '@freshet/service'
import { DemoShop } from './demo-shop'
import { demoPicture, type DemoFrame } from './picture'
import { POLICIES, type Policy } from './policies'
import { createWorld, DEMO_WORLD, type WorldOptions } from './world'

/** What the demo needs of the running system. */
export interface DemoScope {
  readonly clients: { readonly ingest: IngestClient; readonly ranker: RankerClient; readonly trainer: TrainerClient }
  readonly clock: Clock
  readonly output: { readonly isTTY?: boolean; write(text: string): unknown }
  /** Ends the demo. */
  readonly signal: AbortSignal
  readonly world?: WorldOptions
  readonly pace?: Partial<DemoPace>
}

/** How fast the simulated shop goes. */
export interface DemoPace {
  readonly sessionsPerS: number
  /** Between two pictures. */
  readonly frameMs: number
}

/** How the demo went. */
export interface DemoSummary {
  readonly seconds: number
  readonly sessions: number
  readonly events: number
  /** Mean CTR of each policy in the first picture and in the last. */
  readonly first: Readonly<Record<Policy, number>>
  readonly last: Readonly<Record<Policy, number>>
}

const PACE: DemoPace = { sessionsPerS: 20, frameMs: 5000 } // leaves most of two cores to the system that is shown
const VISITS_AT_ONCE_MAX = 50

/**
 * Runs the simulated shop, stocked as it is, against the running system until `signal` aborts: lets visits happen at a bounded rate, and
 * draws what lists are worth, beside popularity, random and an oracle.
 */
export async function runDemo(scope: DemoScope): Promise<DemoSummary> {
  const { clients, clock, output, signal } = scope
  const pace = { ...PACE, ...scope.pace }
  const world = createWorld(scope.world ?? DEMO_WORLD)
  setMaxListeners(0, signal) // every visitor who reads waits on it
  const startMs = clock.monotonicMs()
  const shop = new DemoShop({ world, ...clients, clock, signal })
  const history = Object.fromEntries(POLICIES.map((policy) => [policy, [] as number[]])) as Record<Policy, number[]>
  const seconds = (): number => Math.round((clock.monotonicMs() - startMs) / 1000)
  const draw = createPainter(output)
  const picture = async (): Promise<void> => {
    const ctr = ctrOf(shop, clock.nowMs())
    for (const policy of POLICIES) if (ctr[policy] !== undefined) history[policy].push(ctr[policy])
    draw(demoPicture(await frameOf(shop, { seconds: seconds(), ctr, history, trainer: clients.trainer })))
  }
  await Promise.all([keepVisiting(shop, pace.sessionsPerS, scope), repeat(picture, pace.frameMs, scope)])
  const at = (index: number): Record<Policy, number> =>
    Object.fromEntries(POLICIES.map((policy) => [policy, history[policy].at(index) ?? 0])) as Record<Policy, number>
  return { seconds: seconds(), sessions: shop.sessions, events: shop.events, first: at(0), last: at(-1) }
}

/** A summary as people read it. */
export function demoSummaryText({ seconds, sessions, events, first, last }: DemoSummary): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
  const lines = POLICIES.map(
    (policy) => `  ${policy.padEnd(11)} ${percent(first[policy]).padStart(7)}  →  ${percent(last[policy]).padStart(7)}\n`,
  )
  return `SIMULATED shop, ${seconds} s, ${sessions} sessions, ${events} events. CTR in the first picture and in the last:\n${lines.join('')}`
}

interface Sight {
  readonly seconds: number
  readonly ctr: DemoFrame['ctr']
  readonly history: DemoFrame['history']
  readonly trainer: TrainerClient
}

const ctrOf = (shop: DemoShop, nowMs: number): DemoFrame['ctr'] =>
  Object.fromEntries(POLICIES.map((policy) => [policy, shop.ctr[policy].read(nowMs)]))

async function frameOf(shop: DemoShop, { trainer, ...sight }: Sight): Promise<DemoFrame> {
  const status = await call(trainer, 'getStatus', {}, { deadlineMs: 1000 }).catch(() => undefined)
  const { sessions, events, freshness, trouble } = shop
  const freshnessMs = { p50: freshness.quantile(0.5), p99: freshness.quantile(0.99) }
  return { ...sight, sessions, events, trouble, trainer: status, freshnessMs }
}

/** Starts visits at a steady rate; where the system cannot keep up, visits are left out rather than piled up. */
async function keepVisiting(shop: DemoShop, sessionsPerS: number, { clock, signal }: DemoScope): Promise<void> {
  const running = new Set<Promise<void>>()
  const startMs = clock.monotonicMs()
  for (let number = 0; !signal.aborted; number++) {
    if (running.size < VISITS_AT_ONCE_MAX) {
      const visit = shop.visit(number).finally(() => running.delete(visit))
      running.add(visit)
    }
    await clock.sleep(Math.max(0, startMs + ((number + 1) * 1000) / sessionsPerS - clock.monotonicMs()), signal)
  }
  await Promise.all(running)
}

async function repeat(work: () => Promise<void>, everyMs: number, { clock, signal }: DemoScope): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal)
    await work()
  }
}

/** Draws over the last picture on a terminal; elsewhere each picture stands for itself. */
function createPainter(output: DemoScope['output']): (picture: string) => void {
  let lines = 0
  return (picture) => {
    output.write(`${output.isTTY && lines > 0 ? `\u001b[${lines}A\u001b[J` : ''}${picture}`)
    lines = picture.split('\n').length - 1
  }
}
