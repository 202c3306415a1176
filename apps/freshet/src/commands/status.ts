import { feature, ingest, ranker, trainer } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { dataOption } from '../known-data-sets'
import { findServices, withClients, type Clients } from '../services'
import { addCommand, terminalOf, type AddCommand } from './command'
import { partitionTable } from './partition-table'
import { statusText, type StatusReport } from './status-text'

/** One screen: what each stage has done, and how far behind the one before it is. */
export const addStatus: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'status',
    description: 'show offsets, lag, step, loss and freshness of each stage, on one screen',
    examples: ['status', 'status --partitions', 'status --data shop --json'],
  })
    .option('--partitions', 'with a line a partition')
    .action(async (options: StatusOptions) => {
      const config = configOf(options)
      const addresses = await findServices(config, STAGES)
      if (Object.values(addresses).every((address) => address === undefined)) {
        const option = dataOption(config)
        throw new UnavailableError(`Freshet${option && ` with data set '${config.name}'`}`, `start it: npx freshet up${option}`)
      }
      const report = await withClients(addresses, (clients) => askAll(clients, addresses))
      const nowMs = Date.now()
      const text = [statusText(report, nowMs), ...(options.partitions ? ['', partitionTable(report, nowMs)] : [])]
      terminalOf(output, options).answer(asJson(report), text.join('\n'))
    })
}

interface StatusOptions extends DataSetOptions {
  readonly partitions?: boolean
}

const STAGES = ['ingest', 'featureStore', 'trainer', 'ranker'] as const

async function askAll(clients: Clients, addresses: StatusReport['addresses']): Promise<StatusReport> {
  const unlessGone = <T>(answer: Promise<T>): Promise<T | undefined> => answer.catch(() => undefined)
  const [observe, remember, learn, answer] = await Promise.all([
    unlessGone(call(clients.ingest, 'getStatus', {}, BOUNDS)),
    unlessGone(call(clients.featureStore, 'getStatus', {}, BOUNDS)),
    unlessGone(call(clients.trainer, 'getStatus', {}, BOUNDS)),
    unlessGone(call(clients.ranker, 'getStatus', {}, BOUNDS)),
  ])
  return { addresses, observe, remember, learn, answer }
}

const BOUNDS = { deadlineMs: 3000 }

const asJson = ({ observe, remember, learn, answer }: StatusReport): object => ({
  ingest: observe && ingest.GetStatusResponse.toJSON(observe),
  featureStore: remember && feature.GetStatusResponse.toJSON(remember),
  trainer: learn && trainer.GetStatusResponse.toJSON(learn),
  ranker: answer && ranker.GetStatusResponse.toJSON(answer),
})
