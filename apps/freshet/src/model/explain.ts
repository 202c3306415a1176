import { declareModelSet } from '@freshet/model'
import { call, openLogger, openRuntime } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { assertDataSet, withRunningDataSet } from '../known-data-sets'
import { findServices, withClients } from '../services'
import { describeModel, type ModelDescription } from './describe-model'

/**
 * Describes what a data set learns: by the dictionary that holds now, and by the running trainer where one answers.
 *
 * throws  NotFoundError where there is no such data set
 */
export async function explain(options: DataSetOptions): Promise<ModelDescription> {
  const config = await withRunningDataSet(configOf(options))
  assertDataSet(config)
  await using runtime = await openRuntime(config, { logger: openLogger({ name: 'model', level: 'warn' }) })
  const { dictionary } = runtime
  const addresses = await findServices(config, ['trainer'])
  const status = await withClients(addresses, ({ trainer }) =>
    call(trainer, 'getStatus', {}, { deadlineMs: DEADLINE_MS }).catch(() => undefined),
  )
  return describeModel(dictionary, declareModelSet(dictionary.layout, dictionary.declared.model), status)
}

const DEADLINE_MS = 3000
