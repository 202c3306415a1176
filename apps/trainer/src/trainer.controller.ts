import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { trainer } from '@freshet/contracts/services'
import { InvalidFieldError } from '@freshet/kernel'
import { type CallContext, RUNTIME, type Runtime, StatusMemory } from '@freshet/service'
import { encodeStatus } from './encode-status'
import { TrainerService } from './trainer.service'
import { trainUntil } from './training-progress'
import { VersionTransfer } from './version-transfer'
import type { Answer } from './worker-protocol'
import type { Scale } from './workforce'

/** Decode, call, encode. */
@Controller()
export class TrainerController {
  private readonly memory: StatusMemory<Answer<'status'>>

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(TrainerService) private readonly service: TrainerService,
    @Inject(VersionTransfer) private readonly transfer: VersionTransfer,
  ) {
    this.memory = new StatusMemory({ runtime, ask: () => service.ask('status') })
  }

  @GrpcMethod('Trainer', 'GetStatus')
  async getStatus(): Promise<trainer.GetStatusResponse> {
    const { value, standing } = await this.memory.read()
    return encodeStatus(value, process.memoryUsage.rss(), standing)
  }

  @GrpcMethod('Trainer', 'Train')
  train({ until }: trainer.TrainRequest, { signal }: CallContext): AsyncIterable<trainer.TrainResponse> {
    const { log, store, clock } = this.runtime
    const sources = { log, store, clock, status: () => this.service.ask('status'), checkpoint: () => this.service.ask('checkpoint') }
    return trainUntil(sources, until, signal)
  }

  @GrpcMethod('Trainer', 'Checkpoint')
  async checkpoint(): Promise<trainer.CheckpointResponse> {
    const { name, step, digest, chain } = await this.service.ask('checkpoint')
    return { version: name, step, digest, chain }
  }

  @GrpcMethod('Trainer', 'ListVersions')
  async listVersions({ verify }: trainer.ListVersionsRequest): Promise<trainer.ListVersionsResponse> {
    return this.transfer.list({ serving: (await this.service.ask('status')).serving, verify })
  }

  @GrpcMethod('Trainer', 'RollBack')
  async rollBack({ version }: trainer.RollBackRequest): Promise<trainer.RollBackResponse> {
    const { journalOffset } = await this.service.ask('serve', version)
    return { version, journalOffset }
  }

  @GrpcMethod('Trainer', 'FetchVersion')
  async fetchVersion({ version }: trainer.FetchVersionRequest): Promise<AsyncIterable<trainer.FetchVersionResponse>> {
    return this.transfer.send(version === '' ? (await this.service.ask('checkpoint')).name : version)
  }

  @GrpcMethod('Trainer', 'Follow')
  async follow({ sourceAddress }: trainer.FollowRequest): Promise<trainer.FollowResponse> {
    const directory = await this.transfer.receiveFrom(sourceAddress)
    const { step, version } = await this.service.ask('followFrom', directory)
    return { trainerId: this.service.id, version, step }
  }

  @GrpcMethod('Trainer', 'Audit')
  audit({ step }: trainer.AuditRequest): Promise<trainer.AuditResponse> {
    return this.service.ask('audit', step)
  }

  @GrpcMethod('Trainer', 'Grant')
  async grant({ to }: trainer.GrantRequest): Promise<trainer.GrantResponse> {
    if (to === '') throw new InvalidFieldError(NOBODY)
    return this.service.ask('grant', to)
  }

  @GrpcMethod('Trainer', 'DeclareLoss')
  async declareLoss({ partition, records }: trainer.DeclareLossRequest): Promise<trainer.DeclareLossResponse> {
    const { step, from, to } = await this.service.ask('declareLoss', { partition, records })
    this.runtime.logger.warn({ partition, records, step }, 'examples that are in the log no more are given up, as an operator said')
    return { step, from, to }
  }

  @GrpcMethod('Trainer', 'Scale')
  async scale(request: trainer.ScaleRequest): Promise<trainer.ScaleResponse> {
    const { workers, scalesByLoad } = await this.service.ask('scale', scaleOf(request))
    this.runtime.logger.info({ asked: scaleOf(request), workers }, 'scaled, as an operator said')
    return { workers, byLoad: scalesByLoad }
  }
}

const scaleOf = ({ workers }: trainer.ScaleRequest): Scale => (workers === 0 ? 'auto' : workers)

const NOBODY = {
  field: 'to',
  value: '',
  rule: 'a grant names the trainer that takes over',
  remedy: 'send the trainer_id that GetStatus of that trainer says, or let the migrator do it',
}
