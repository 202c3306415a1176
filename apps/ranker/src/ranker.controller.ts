import type { ranker } from '@freshet/contracts/services'
import { GrpcMethod } from '@nestjs/microservices'
import { Controller, Inject } from '@nestjs/common'
import { JOURNAL } from '@freshet/event-log'
import { RUNTIME, StatusMemory, type Runtime } from '@freshet/service'
import { RankerService } from './ranker.service'

/** Decode, call, encode. */
@Controller()
export class RankerController {
  private readonly journalEnd: StatusMemory<number>

  constructor(
    @Inject(RUNTIME) runtime: Runtime,
    @Inject(RankerService) private readonly service: RankerService,
  ) {
    this.journalEnd = new StatusMemory({ runtime, ask: () => runtime.log.next(JOURNAL) })
  }

  @GrpcMethod('Ranker', 'Recommend')
  async recommend(request: ranker.RecommendRequest): Promise<ranker.RecommendResponse> {
    return { ...(await this.service.timed((recommender) => recommender.recommend(request))), experiment: {} }
  }

  @GrpcMethod('Ranker', 'Rank')
  async rank(request: ranker.RankRequest): Promise<ranker.RankResponse> {
    return { ...(await this.service.timed((recommender) => recommender.rank(request))), experiment: {} }
  }

  @GrpcMethod('Ranker', 'Similar')
  similar(request: ranker.SimilarRequest): Promise<ranker.SimilarResponse> {
    return this.service.timed((recommender) => recommender.similar(request))
  }

  @GrpcMethod('Ranker', 'Predict')
  predict(request: ranker.PredictRequest): Promise<ranker.PredictResponse> {
    return this.service.timed((recommender) => recommender.predict(request))
  }

  @GrpcMethod('Ranker', 'GetStatus')
  async getStatus(): Promise<ranker.GetStatusResponse> {
    const { ranker } = this.service
    const { recommender, index, model, impressions, latency } = ranker
    const { value: end, standing } = await this.journalEnd.read()
    const position = ranker.journalPosition
    return {
      provenance: recommender.provenance(),
      items: index.size,
      rows: model.table.size,
      requests: this.service.requestCount,
      impressionsLogged: impressions.logged,
      impressionsDropped: impressions.dropped,
      version: model.stamp().version,
      journalPosition: position,
      journalEnd: Math.max(end, position),
      answerP50Ms: latency.quantileMs(0.5),
      answerP99Ms: latency.quantileMs(0.99),
      dictionaryHash: ranker.dictionaryHash,
      standing,
    }
  }
}
