import { Event } from '@freshet/contracts'
import {
  ingest,
  IngestClient,
  IngestService,
  ranker,
  RankerClient,
  RankerService,
  trainer,
  TrainerClient,
  TrainerService,
} from '@freshet/contracts/services'
import { systemClock } from '@freshet/kernel'
import { connect, loadConfig, openLogger, serve, type Runtime } from '@freshet/service'
import { Controller, Module } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { demoSummaryText, runDemo } from './run-demo'
import { stockShop } from './stock-shop'

const taken: Event[] = []
let items: string[] = []
/** How often a stranger has looked, and how often in vain. */
let looks = 0
let emptyLooks = 0

/** A system that recommends the start of its catalogue, and writes down what it is told. */
@Controller()
class Running {
  @GrpcMethod('Ingest', 'UpsertItems')
  upsertItems(request: ingest.UpsertItemsRequest): ingest.UpsertItemsResponse {
    items.push(...request.items.map(({ itemId }) => itemId))
    return { acknowledgements: request.items.map(() => ACCEPTED) }
  }

  @GrpcMethod('Ingest', 'UpsertUsers')
  upsertUsers(request: ingest.UpsertUsersRequest): ingest.UpsertUsersResponse {
    return { acknowledgements: request.users.map(() => ACCEPTED) }
  }

  @GrpcMethod('Ingest', 'Append')
  append({ events }: ingest.AppendRequest): ingest.AppendResponse {
    taken.push(...events)
    return { acknowledgements: events.map(() => ACCEPTED), repetitions: 0 }
  }

  @GrpcMethod('Ranker', 'Recommend')
  recommend({ limit, dryRun }: ranker.RecommendRequest): ranker.RecommendResponse {
    const isEmpty = dryRun && looks++ < emptyLooks
    const list = isEmpty ? [] : items.slice(0, limit).map((itemId) => ranker.RankedItem.create({ itemId }))
    return ranker.RecommendResponse.create({
      requestId: 'r1',
      items: list,
      provenance: ranker.Provenance.create({ contains: [9], degraded: ['no trainer'] }),
    })
  }

  @GrpcMethod('Trainer', 'GetStatus')
  status(): trainer.GetStatusResponse {
    return trainer.GetStatusResponse.create({ step: 7, examples: 70, auc: 0.6 })
  }
}

@Module({ controllers: [Running] })
class RunningModule {}

const ACCEPTED: ingest.Acknowledgement = { outcome: { $case: 'accepted', accepted: { partition: 0, offset: 9 } } }

/** Runs the demo until it has drawn so many pictures. */
async function run(pictures: number) {
  items = []
  taken.length = 0
  const bare = {
    clock: systemClock,
    logger: openLogger({ name: 'test', level: 'silent' }),
    drain: new AbortController(),
    dictionary: { hash: 'x' },
    log: {},
  }
  await using served = await serve({
    name: 'test',
    runtime: { config: loadConfig({ env: {} }), ...bare } as unknown as Runtime,
    modules: [RunningModule],
    grpc: { address: '127.0.0.1:0', setting: 'all.grpc', services: [IngestService, RankerService, TrainerService] },
  })
  const clients = {
    ingest: connect(IngestClient, served.grpcAddress),
    ranker: connect(RankerClient, served.grpcAddress),
    trainer: connect(TrainerClient, served.grpcAddress),
  }
  const written: string[] = []
  const stop = new AbortController()
  const write = (text: string): void => {
    written.push(text)
    if (written.filter((line) => line.includes('of oracle')).length >= pictures) stop.abort()
  }
  const parts = { clients, clock: systemClock, signal: stop.signal, world: { seed: 1, items: 200, users: 20, driftMs: 1000 } }
  await stockShop(parts)
  const summary = await runDemo({ ...parts, output: { write }, pace: { sessionsPerS: 200, frameMs: 150 } })
  for (const client of Object.values(clients)) client.close()
  return { summary, text: written.join('') }
}

describe('the demo', () => {
  it('stocks the catalogue, says that it is simulated, and draws', async () => {
    const { text, summary } = await run(4)
    expect(items).toHaveLength(200)
    expect(text).toMatch(/^SIMULATED shop, \d+ s/)
    expect(text).toMatch(/trainer: step 7, 70 examples, AUC within the lists shown 0.600/)
    expect(text).toMatch(/answers are degraded: no trainer/)
    expect(summary.sessions).toBeGreaterThan(0)
    expect(summary.last.oracle).toBeGreaterThan(summary.last.random)
    expect(demoSummaryText(summary)).toMatch(/^SIMULATED shop, \d+ s, \d+ sessions/)
  })

  it('is stocked once a stranger gets a list, not before', async () => {
    looks = 0
    emptyLooks = 3
    await run(1)
    expect(looks).toBe(4)
  })

  it('tells the system what people do: views of their own, clicks that name their list', async () => {
    await run(4)
    const types = new Set(taken.map(({ type }) => type))
    expect(types).toContain('view')
    expect(types).toContain('click')
    for (const { type, requestId } of taken) expect(requestId).toBe(type === 'view' ? '' : 'r1')
  })
})
