import { openHost, untilSignal } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Computes shards for trainers elsewhere, until it is told to end. */
export const addReplica: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'replica',
    description:
      'compute shards of steps for trainers that name this process in `trainer.replicas`; it needs their dictionary, and keeps nothing',
    examples: ['replica', 'replica --dictionary ./shop.yaml --listen 10.0.0.7:50054', 'replica --config freshet.yaml'],
  })
    .option('--listen <address>', 'host:port; without it, `replica.grpc` of the settings')
    .action(async (options: ReplicaOptions) => {
      const config = configOf(options, options.listen === undefined ? {} : { replica: { grpc: options.listen } })
      const host = openHost(config, 'replica')
      const { serveReplica } = await import('@freshet/trainer-service/replica') // loaded when it is hosted, as services are
      const served = await serveReplica(host)
      const stopped = untilSignal(host)
      const facts = { grpc: served.grpcAddress, http: served.httpAddress, dictionary: host.dictionary.hash }
      host.logger.info({ service: 'replica', ...facts }, 'serving')
      terminalOf(output, options).line(facts, `a replica for dictionary ${facts.dictionary} is at ${facts.grpc}; Ctrl-C ends it`)
      await stopped
      await served.close()
    })
}

interface ReplicaOptions extends DataSetOptions {
  readonly listen?: string
}
