import { writeFileSync } from 'node:fs'
import { IngestService, RankerService, TrainerService, ingest, ranker, trainer } from '@freshet/contracts/services'
import { InvalidFieldError, NotFoundError, PreconditionError } from '@freshet/kernel'
import { loadConfig, openRuntime, serve, type Runtime, type Served } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { Controller, Module } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { freeAddress } from './all-in-one'
import { runProgram } from './program'

/** What the staged services were asked, newest last. */
export const asked: { method: string; request: object }[] = []

@Controller()
class StagedServices {
  @GrpcMethod('Ranker', 'Recommend')
  recommend(request: ranker.RecommendRequest): ranker.RecommendResponse {
    asked.push({ method: 'recommend', request })
    if (request.limit > 500)
      throw new InvalidFieldError({ field: 'limit', value: request.limit, rule: 'a list has at most 500', remedy: 'ask for fewer' })
    return ranker.RecommendResponse.fromPartial({ requestId: 'r-1', items: ITEMS, provenance: PROVENANCE })
  }

  @GrpcMethod('Ranker', 'Rank')
  rank(request: ranker.RankRequest): ranker.RankResponse {
    asked.push({ method: 'rank', request })
    return ranker.RankResponse.fromPartial({ items: ITEMS, unknownItemIds: ['ghost'], provenance: PROVENANCE })
  }

  @GrpcMethod('Ranker', 'Similar')
  similar(request: ranker.SimilarRequest): ranker.SimilarResponse {
    asked.push({ method: 'similar', request })
    return ranker.SimilarResponse.fromPartial({ items: [], provenance: PROVENANCE })
  }

  @GrpcMethod('Ranker', 'GetStatus')
  rankerStatus(): ranker.GetStatusResponse {
    return ranker.GetStatusResponse.fromPartial({ items: 2000, journalPosition: 7, journalEnd: 9, provenance: PROVENANCE })
  }

  @GrpcMethod('Trainer', 'GetStatus')
  trainerStatus(): trainer.GetStatusResponse {
    asked.push({ method: 'trainerStatus', request: {} })
    return trainer.GetStatusResponse.fromPartial({ trainerId: 'a', owner: 'a', epoch: 3, step: 1234, auc: 0.75, lag: [2, 3] })
  }

  @GrpcMethod('Trainer', 'ListVersions')
  versions(): trainer.ListVersionsResponse {
    const version = {
      version: 'v1',
      step: 100,
      epoch: 1,
      createdMs: Date.UTC(2026, 0, 2),
      bytes: 3 << 20,
      digest: 'abc',
      serving: true,
      damage: '',
    }
    const damage = 'v3/dense.safetensors: its SHA-256 is 1, and 2 was written'
    const later = { ...version, serving: false }
    return { versions: [version, { ...later, version: 'v2', step: 200 }, { ...later, version: 'v3', step: 300, damage }] }
  }

  @GrpcMethod('Trainer', 'RollBack')
  rollBack({ version }: trainer.RollBackRequest): trainer.RollBackResponse {
    if (version !== 'v1' && version !== '') throw new NotFoundError('version', version, 'there is: v1')
    return { version, journalOffset: 42 }
  }

  @GrpcMethod('Trainer', 'DeclareLoss')
  declareLoss({ partition, records }: trainer.DeclareLossRequest): trainer.DeclareLossResponse {
    if (records !== 120) throw new PreconditionError(`partition ${partition} has lost 120 examples, not ${records}`, 'say how many')
    return { step: 7, from: 40, to: 160 }
  }

  @GrpcMethod('Trainer', 'Scale')
  scale({ workers }: trainer.ScaleRequest): trainer.ScaleResponse {
    if (workers > 16) throw new PreconditionError('an engine has 1 to 16 workers', 'choose as many as there are cores')
    return { workers: Math.max(1, workers), byLoad: workers === 0 }
  }

  @GrpcMethod('Ingest', 'GetStatus')
  ingestStatus(): ingest.GetStatusResponse {
    return ingest.GetStatusResponse.fromPartial({ accepted: 10, rejected: 1, rejectedByCode: { INVALID_FIELD: 1 }, ends: [6, 5] })
  }
}

@Module({ controllers: [StagedServices] })
class StagedModule {}

/** What a command did. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Services that answer by heart, in a data set named `staged`, and the command line pointed at them. */
export interface Stage extends AsyncDisposable {
  readonly directory: TemporaryDirectory
  readonly served: Served
  run(...args: string[]): Promise<Outcome>
}

/** Opens the stage; with `isSilent`, nobody answers. */
export async function openStage(isSilent = false): Promise<Stage> {
  const directory = await temporaryDirectory()
  const nobody = await freeAddress()
  const config = loadConfig({ env: {}, overrides: { name: 'staged', data: directory.within('data'), logging: { level: 'silent' } } })
  const runtime: Runtime = await openRuntime(config)
  const services = [RankerService, TrainerService, IngestService]
  const served = await serve({ name: 'staged', runtime, modules: [StagedModule], grpc: { address: '127.0.0.1:0', setting: '', services } })
  const grpc = isSilent ? nobody : served.grpcAddress
  const section = { grpc: nobody }
  const settings = { ingest: section, featureStore: section, trainer: section, migrator: section, ranker: section }
  writeFileSync(directory.within('freshet.yaml'), JSON.stringify({ ...settings, data: directory.within('data'), all: { grpc, http: '' } }))
  return {
    directory,
    served,
    run: (...args) => runCaptured([...args, '--config', directory.within('freshet.yaml')]),
    async [Symbol.asyncDispose]() {
      await served.close()
      await runtime[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** Runs the command line in this process. */
export async function runCaptured(args: readonly string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof written) => ({ write: (text: string) => (written[stream] += text) })
  const code = await runProgram(args, { stdout: into('stdout'), stderr: into('stderr') })
  return { code, ...written }
}

const PROVENANCE = { modelVersion: { rowStep: 5, denseStep: 4 }, contains: [3, -1], features: [4, 0], degraded: ['no-vectors'] }
const ITEMS = [
  {
    ...{ itemId: 'book-1', score: 0.5, source: 'two-tower' },
    explanation: { recallScore: 1.5, clickProbability: 0.25, boost: 2, features: { a: 0.1, b: -3, c: 0.2, d: 0.3, e: 0.4 } },
  },
  { itemId: 'book-22', score: 0.25, source: 'popular' },
]
