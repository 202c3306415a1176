import { randomUUID } from 'node:crypto'
import { migrator } from '@freshet/contracts/services'
import { InvalidFieldError } from '@freshet/kernel'
import { moveTrainer, type MoveProgress } from '@freshet/migration'
import { type CallContext, RUNTIME, type Runtime } from '@freshet/service'
import { Controller, Inject } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { RecentMoves } from './recent-moves'
import { remoteTrainer } from './remote-trainer'

/** Decode, call, encode. */
@Controller()
export class MigratorController {
  private readonly moves = new RecentMoves()

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  /** Ends early, and the source trains on, when the caller goes away before the grant. */
  @GrpcMethod('Migrator', 'Move')
  async *move({ sourceAddress, targetAddress }: migrator.MoveRequest, { signal }: CallContext): AsyncGenerator<migrator.MoveResponse> {
    const moveId = randomUUID()
    const either = AbortSignal.any([signal, this.runtime.drain.signal])
    using source = remoteTrainer(requireAddress('source_address', sourceAddress), either)
    using target = remoteTrainer(requireAddress('target_address', targetAddress), either)
    try {
      for await (const progress of moveTrainer({ source, target, clock: this.runtime.clock })) yield this.noted(lineOf(moveId, progress))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      this.noted(migrator.MoveResponse.create({ moveId, detail, phase: migrator.MovePhase.MOVE_PHASE_FAILED }))
      throw error
    }
  }

  @GrpcMethod('Migrator', 'GetStatus')
  getStatus(): migrator.GetStatusResponse {
    return { moves: this.moves.list() }
  }

  private noted(line: migrator.MoveResponse): migrator.MoveResponse {
    this.moves.note(line)
    const hasFailed = line.phase === migrator.MovePhase.MOVE_PHASE_FAILED
    const facts = { ...line, phase: migrator.MovePhase[line.phase] }
    this.runtime.logger[hasFailed ? 'warn' : 'info'](
      facts,
      hasFailed ? 'a move has failed; whoever owns the model set trains on' : 'a move goes on',
    )
    return line
  }
}

const PHASES = {
  join: migrator.MovePhase.MOVE_PHASE_JOIN,
  'lock-step': migrator.MovePhase.MOVE_PHASE_LOCK_STEP,
  audit: migrator.MovePhase.MOVE_PHASE_AUDIT,
  grant: migrator.MovePhase.MOVE_PHASE_GRANT,
  done: migrator.MovePhase.MOVE_PHASE_DONE,
} satisfies Record<MoveProgress['phase'], migrator.MovePhase>

const lineOf = (moveId: string, { phase, ...facts }: MoveProgress): migrator.MoveResponse =>
  migrator.MoveResponse.create({ moveId, phase: PHASES[phase], ...facts })

function requireAddress(field: string, value: string): string {
  if (/^[^\s:]+:\d{1,5}$/.test(value)) return value
  throw new InvalidFieldError({
    field,
    value,
    rule: 'it must be the host:port of a trainer',
    remedy: 'give the gRPC address that the trainer printed at its start',
  })
}
