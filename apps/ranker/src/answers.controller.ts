import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common'
import { predictQuery, rankQuery, recommendQuery, similarQuery } from './json-request'
import { RankerService } from './ranker.service'

/** The same answers by HTTP: JSON in, JSON out, with the names of the contract in camel case. */
@Controller()
export class AnswersController {
  constructor(@Inject(RankerService) private readonly service: RankerService) {}

  @Post('v1/recommend')
  @HttpCode(200)
  async recommend(@Body() body: unknown): Promise<object> {
    const query = recommendQuery(body)
    return this.service.timed((recommender) => recommender.recommend(query))
  }

  @Post('v1/rank')
  @HttpCode(200)
  async rank(@Body() body: unknown): Promise<object> {
    const query = rankQuery(body)
    return this.service.timed((recommender) => recommender.rank(query))
  }

  @Post('v1/similar')
  @HttpCode(200)
  async similar(@Body() body: unknown): Promise<object> {
    const query = similarQuery(body)
    return this.service.timed((recommender) => recommender.similar(query))
  }

  @Post('predict')
  @HttpCode(200)
  async predict(@Body() body: unknown): Promise<object> {
    const query = predictQuery(body)
    return this.service.timed((recommender) => recommender.predict(query))
  }
}
