import { migrator } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { stream } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { dataOption } from '../known-data-sets'
import { findServices, triedFor, withServices } from '../services'
import { addCommand, terminalOf, type AddCommand } from './command'

/** A running trainer, elsewhere. */
export const addMigrate: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'migrate',
    description: 'move the running trainer to a second trainer process, while it trains on',
    examples: ['migrate --to 127.0.0.1:50054', 'migrate --from 127.0.0.1:50054 --to 127.0.0.1:50053 --json'],
  })
    .requiredOption('--to <address>', 'the trainer that takes over; start one with FRESHET_TRAINER_STANDBY=true and an id of its own')
    .option('--from <address>', 'the trainer that trains now; without it, the configured one')
    .action(async (options: MigrateOptions) => {
      const terminal = terminalOf(output, options)
      const config = configOf(options)
      const sourceAddress = options.from ?? (await findServices(config, ['trainer'])).trainer
      if (!sourceAddress) {
        const remedy = `start it: npx freshet up${dataOption(config)}; or name another by --from`
        throw new UnavailableError(`a trainer at ${triedFor(config, ['trainer']).join(' or ')}`, remedy)
      }
      await withServices(config, { sections: ['migrator'], note: terminal.note }, async ({ migrator: client }) => {
        for await (const line of stream(client, 'move', { sourceAddress, targetAddress: options.to })) {
          terminal.line(migrator.MoveResponse.toJSON(line), lineText(line))
        }
      })
    })
}

interface MigrateOptions extends DataSetOptions {
  readonly from?: string
  readonly to: string
}

function lineText({ phase, detail, sourceStep, targetStep, gapMs, digest }: migrator.MoveResponse): string {
  const name = migrator.movePhaseToJSON(phase).replace('MOVE_PHASE_', '').toLowerCase().replace('_', ' ')
  const gap = gapMs > 0 ? `, ${gapMs.toFixed(1)} ms from grant to first cut` : ''
  return `${name.padEnd(9)} ${detail} (source at step ${sourceStep}, target at ${targetStep}${gap})${digest ? `\n          sha256 ${digest}` : ''}`
}
