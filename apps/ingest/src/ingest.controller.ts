import type { ingest } from '@freshet/contracts/services'
import { repetitionsIn, type IntakeStatus, type Outcome } from '@freshet/intake'
import { RUNTIME, StatusMemory, type Runtime } from '@freshet/service'
import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices'
import { acknowledge } from './acknowledgement'
import { encodeStatus } from './encode-status'
import { inOrder } from './in-order'
import { IngestService } from './ingest.service'
import { refuseAll } from './refuse-all'
import type { EventBatch } from './wire'

const BATCHES_AT_ONCE_MAX = 32 // of one stream: where a turn of the event loop takes long (the all-in-one answers in it too), a few would hold back the rest

/** Decode, call, encode. */
@Controller()
export class IngestController {
  private readonly memory: StatusMemory<IntakeStatus>

  constructor(
    @Inject(RUNTIME) runtime: Runtime,
    @Inject(IngestService) private readonly service: IngestService,
  ) {
    this.memory = new StatusMemory({ runtime, ask: async () => service.intake.status() })
  }

  @GrpcMethod('Ingest', 'Append')
  async append({ events }: EventBatch): Promise<ingest.AppendResponse> {
    const outcomes = await this.service.intake.accept(events, 'append')
    return { acknowledgements: outcomes.map(acknowledge), repetitions: repetitionsIn(outcomes) }
  }

  /** A batch that is refused as a whole is refused record by record: the stream outlives a full disk and a replay. */
  @GrpcStreamCall('Ingest', 'Stream')
  stream(batches: AsyncIterable<EventBatch>): AsyncIterable<ingest.StreamResponse> {
    const { intake } = this.service
    const answer = async ({ correlation, events }: EventBatch): Promise<ingest.StreamResponse> => {
      const outcomes = await intake.accept(events, 'stream').catch((error: unknown) => refuseAll(events, error))
      return { correlation, acknowledgements: outcomes.map(acknowledge), repetitions: repetitionsIn(outcomes) }
    }
    return inOrder(batches, answer, BATCHES_AT_ONCE_MAX)
  }

  @GrpcMethod('Ingest', 'UpsertItems')
  upsertItems({ items }: ingest.UpsertItemsRequest): Promise<ingest.UpsertItemsResponse> {
    return acknowledged(this.service.intake.upsertItems(items))
  }

  @GrpcMethod('Ingest', 'DeleteItems')
  deleteItems({ itemIds }: ingest.DeleteItemsRequest): Promise<ingest.DeleteItemsResponse> {
    return acknowledged(this.service.intake.deleteItems(itemIds))
  }

  @GrpcMethod('Ingest', 'UpsertUsers')
  upsertUsers({ users }: ingest.UpsertUsersRequest): Promise<ingest.UpsertUsersResponse> {
    return acknowledged(this.service.intake.upsertUsers(users))
  }

  @GrpcMethod('Ingest', 'DeleteUsers')
  deleteUsers({ userIds }: ingest.DeleteUsersRequest): Promise<ingest.DeleteUsersResponse> {
    return acknowledged(this.service.intake.deleteUsers(userIds))
  }

  @GrpcMethod('Ingest', 'Forget')
  forget({ userIds, sessionIds }: ingest.ForgetRequest): Promise<ingest.ForgetResponse> {
    const users = userIds.map((userId) => ({ userId, sessionId: '' }))
    return acknowledged(this.service.intake.forget([...users, ...sessionIds.map((sessionId) => ({ userId: '', sessionId }))]))
  }

  @GrpcMethod('Ingest', 'LinkSessions')
  linkSessions({ links }: ingest.LinkSessionsRequest): Promise<ingest.LinkSessionsResponse> {
    return acknowledged(this.service.intake.link(links))
  }

  @GrpcMethod('Ingest', 'SetDictionary')
  async setDictionary({ text }: ingest.SetDictionaryRequest): Promise<ingest.SetDictionaryResponse> {
    const { hash, number, offsets } = await this.service.setDictionary(text)
    return { hash, number, offsets: [...offsets] }
  }

  @GrpcMethod('Ingest', 'OpenReplay')
  async openReplay({ source }: ingest.OpenReplayRequest): Promise<ingest.OpenReplayResponse> {
    return { replayId: await this.service.intake.openReplay(source) }
  }

  /** A replay that is not open any more ends the stream: its client opens it again and sends what was not acknowledged. */
  @GrpcStreamCall('Ingest', 'Replay')
  replay(batches: AsyncIterable<EventBatch>): AsyncIterable<ingest.ReplayResponse> {
    const { intake } = this.service
    const answer = async ({ replayId, correlation, events }: EventBatch): Promise<ingest.ReplayResponse> => {
      const outcomes = await intake.replay(replayId, events)
      return { correlation, acknowledgements: outcomes.map(acknowledge) }
    }
    return inOrder(batches, answer, BATCHES_AT_ONCE_MAX)
  }

  @GrpcMethod('Ingest', 'CloseReplay')
  async closeReplay({ replayId }: ingest.CloseReplayRequest): Promise<ingest.CloseReplayResponse> {
    return { ends: [...(await this.service.intake.closeReplay(replayId))] }
  }

  @GrpcMethod('Ingest', 'GetStatus')
  async getStatus(): Promise<ingest.GetStatusResponse> {
    const { value, standing } = await this.memory.read()
    return encodeStatus({ ...value, ...this.service.intake.remembered() }, this.service.disk, standing)
  }
}

const acknowledged = async (outcomes: Promise<readonly Outcome[]>): Promise<{ acknowledgements: ingest.Acknowledgement[] }> => ({
  acknowledgements: (await outcomes).map(acknowledge),
})
