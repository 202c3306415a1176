import { MigratorClient, type migrator, TrainerService, trainer } from '@freshet/contracts/services'
import { loadConfig, call, connect, openRuntime, serve, stream, type Runtime, type Served } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { Controller, Module, type Type } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { migratorApp } from './index'

/** A trainer that owns or follows as it is told, and never trains. */
interface Actor {
  role: trainer.TrainerRole
  epoch: number
  step: number
  digest: string
}

const OWNER = trainer.TrainerRole.TRAINER_ROLE_OWNER
const FOLLOWER = trainer.TrainerRole.TRAINER_ROLE_FOLLOWER

let directory: TemporaryDirectory
let runtime: Runtime
let served: Served[]
let client: MigratorClient
let source: Actor
let target: Actor

beforeEach(async () => {
  directory = await temporaryDirectory()
  runtime = await openRuntime(loadConfig({ env: {}, overrides: { data: directory.path, logging: { level: 'silent' } } }))
  source = { role: OWNER, epoch: 3, step: 100, digest: 'd' }
  target = { role: FOLLOWER, epoch: 3, step: 0, digest: 'd' }
  const trainers = [trainerModule('a', source), trainerModule('b', target)].map((module) =>
    serve({ name: 'trainer', runtime, modules: [module], grpc: { address: '127.0.0.1:0', setting: '', services: [TrainerService] } }),
  )
  const { module, services } = migratorApp
  const grpc = { address: '127.0.0.1:0', setting: '', services }
  served = await Promise.all([serve({ name: 'migrator', runtime, modules: [module], grpc }), ...trainers])
  client = connect(MigratorClient, served[0].grpcAddress)
})

afterEach(async () => {
  client.close()
  await Promise.all(served.map((one) => one.close()))
  await runtime[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const move = async (request: Partial<migrator.MoveRequest> = {}): Promise<migrator.MoveResponse[]> => {
  const lines: migrator.MoveResponse[] = []
  const addresses = { sourceAddress: served[1].grpcAddress, targetAddress: served[2].grpcAddress }
  for await (const line of stream(client, 'move', { ...addresses, ...request })) lines.push(line)
  return lines
}

describe('a move over the wire', () => {
  it('says each of its phases, the last with the epoch, the gap and the audited digest', async () => {
    const lines = await move()
    expect(lines.map(({ phase }) => phase)).toEqual([1, 2, 3, 3, 4, 5])
    expect(new Set(lines.map(({ moveId }) => moveId)).size).toBe(1)
    expect(lines.at(-1)).toMatchObject({ epoch: 4, digest: 'd', sourceStep: 100 })
    expect(lines.at(-1)?.gapMs).toBeGreaterThan(0)
    expect([source.role, target.role]).toEqual([FOLLOWER, OWNER])
  })

  it('is remembered by its last line', async () => {
    const lines = await move()
    expect((await call(client, 'getStatus', {})).moves).toEqual([lines.at(-1)])
  })

  it('ends before the grant when the states differ, says so, and leaves the owner as it was', async () => {
    target.digest = 'e'
    await expect(move()).rejects.toMatchObject({ code: 'PRECONDITION', message: expect.stringContaining("'audit'") })
    expect([source.role, target.role]).toEqual([OWNER, FOLLOWER])
    expect((await call(client, 'getStatus', {})).moves).toEqual([
      expect.objectContaining({ phase: 6, detail: expect.stringContaining('audit') }),
    ])
  })

  it.each([
    [{ sourceAddress: 'nowhere' }, 'source_address'],
    [{ targetAddress: '' }, 'target_address'],
  ])('refuses %p by its field', async (request, field) => {
    await expect(move(request)).rejects.toMatchObject({ code: 'INVALID_FIELD', details: { field } })
  })

  it('names the address where no trainer listens', async () => {
    await expect(move({ targetAddress: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    })
  })
})

function trainerModule(id: string, actor: Actor): Type {
  @Controller()
  class ActingTrainer {
    @GrpcMethod('Trainer', 'GetStatus')
    status(): trainer.GetStatusResponse {
      return trainer.GetStatusResponse.create({ trainerId: id, owner: 'a', role: actor.role, epoch: actor.epoch, step: actor.step })
    }

    @GrpcMethod('Trainer', 'Follow')
    follow(): trainer.FollowResponse {
      actor.step = source.step
      return { trainerId: id, version: 'v', step: actor.step }
    }

    @GrpcMethod('Trainer', 'Audit')
    audit({ step }: trainer.AuditRequest): trainer.AuditResponse {
      return { step, digest: actor.digest }
    }

    @GrpcMethod('Trainer', 'Grant')
    grant(): trainer.GrantResponse {
      Object.assign(actor, { role: FOLLOWER, epoch: 4 })
      Object.assign(target, { role: OWNER, epoch: 4 })
      return { epoch: 4, step: actor.step, journalOffset: 1 }
    }
  }

  @Module({ controllers: [ActingTrainer] })
  class ActingModule {}
  return ActingModule
}
