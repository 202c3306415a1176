import { feature, ingest, ranker, trainer } from '@freshet/contracts/services'
import { isFreshetError, UnavailableError } from '@freshet/kernel'
import { call, detailsOf } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { dataOption } from '../known-data-sets'
import { findServices, triedFor, withClients, type Addresses, type Clients } from '../services'
import { addCommand, terminalOf, type AddCommand } from './command'
import { partitionTable } from './partition-table'
import { statusText, type Failures, type StatusReport } from './status-text'

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
        const tried = `nobody serves it at ${triedFor(config, STAGES).join(', ')}`
        throw new UnavailableError(`Freshet${option && ` with data set '${config.name}'`}`, `${tried}; start it: npx freshet up${option}`)
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
  const failures: { -readonly [Service in keyof Failures]: Failures[Service] } = {}
  const unlessGone = <T>(service: keyof Addresses, answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: unknown) => {
      if (isFreshetError(error) && addresses[service] !== undefined) failures[service] = error
      return undefined
    })
  const [observe, remember, learn, answer] = await Promise.all([
    unlessGone('ingest', call(clients.ingest, 'getStatus', {}, BOUNDS)),
    unlessGone('featureStore', call(clients.featureStore, 'getStatus', {}, BOUNDS)),
    unlessGone('trainer', call(clients.trainer, 'getStatus', {}, BOUNDS)),
    unlessGone('ranker', call(clients.ranker, 'getStatus', {}, BOUNDS)),
  ])
  return { addresses, observe, remember, learn, answer, failures }
}

const BOUNDS = { deadlineMs: 6000 } // that a log has fallen silent is known within five seconds

const asJson = ({ observe, remember, learn, answer, failures = {} }: StatusReport): object => ({
  ingest: observe && ingest.GetStatusResponse.toJSON(observe),
  featureStore: remember && feature.GetStatusResponse.toJSON(remember),
  trainer: learn && trainer.GetStatusResponse.toJSON(learn),
  ranker: answer && ranker.GetStatusResponse.toJSON(answer),
  ...(Object.keys(failures).length > 0 && {
    errors: Object.fromEntries(Object.entries(failures).map(([service, error]) => [service, detailsOf(error)])),
  }),
})
