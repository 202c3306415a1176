import { announce, untilSignal } from '@freshet/service'
import { freeAddress, hostServices, SECTIONS, type Hosted } from '../all-in-one'
import { configOf, type DataSetOptions } from '../data-set'
import { demoSummaryText, runDemo } from '../demo/run-demo'
import { withClients } from '../services'
import type { Output } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** All five services in one process, until it is told to end. */
export const addUp: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'up',
    description: 'run all five services in this process, with a simulated shop if you like',
    examples: ['up', 'up --demo', 'up --data shop --dictionary ./shop.yaml', 'up --config freshet.yaml'],
  })
    .option('--demo', 'with a demo shop: simulated users whose tastes drift, in the data set `demo`')
    .option('--no-demo', 'start empty')
    .action(async (options: UpOptions) => {
      const config = configOf(options, options.demo ? DEMO : {})
      const all = { ...config.all, grpc: await certain(config.all.grpc) }
      await using hosted = await hostServices({ ...config, all, ranker: { ...config.ranker, ingestAddress: all.grpc } })
      const { served, runtime } = hosted
      announce('freshet', served, runtime)
      const { grpcAddress: grpc, httpAddress: http } = served
      const facts = { data: config.name, directory: runtime.directory, dictionary: runtime.dictionary.hash, grpc, http }
      terminalOf(output, options).line(facts, welcome(hosted, options.demo === true))
      const stopped = untilSignal(runtime)
      if (options.demo) await demonstrate(hosted, stopped, options.json ? output.stderr : output.stdout)
      await stopped
    })
}

/** The demo has a data set of its own, and its picture the terminal: only what goes wrong is logged over it. */
const DEMO = { name: 'demo', dictionary: 'demo', logging: { level: 'warn' } } as const

interface UpOptions extends DataSetOptions {
  readonly demo?: boolean
}

/** The ranker has to know where ingest will be before either listens: any port (0) becomes one that is free. */
const certain = async (address: string): Promise<string> =>
  address.endsWith(':0') ? address.replace(/0$/, (await freeAddress()).split(':')[1]) : address

/** Lets the simulated shop live on what is hosted, until it is stopped. */
async function demonstrate({ served, runtime }: Hosted, stopped: Promise<unknown>, output: Output['stdout']): Promise<void> {
  const { grpcAddress: grpc, httpAddress: http = '' } = served
  const end = new AbortController()
  void stopped.then(() => end.abort())
  const everywhere = Object.fromEntries(SECTIONS.map((section) => [section, grpc]))
  const summary = await withClients(everywhere, (clients) =>
    runDemo({ clients, addresses: { grpc, http }, clock: runtime.clock, output, signal: end.signal }),
  )
  output.write(demoSummaryText(summary))
}

/** What a newcomer needs to see once everything runs; the demo says itself what to try. */
function welcome({ served: { grpcAddress, httpAddress }, runtime }: Hosted, isDemo: boolean): string {
  const { config, directory, dictionary } = runtime
  const json = "-H 'content-type: application/json' -d"
  const calls = [
    `  curl -s http://${httpAddress ?? ''}/v1/events ${json} '{"userId":"ada","itemId":"book-1","type":"view"}'`,
    `  curl -s http://${httpAddress ?? ''}/v1/recommend ${json} '{"userId":"ada","limit":5}'`,
  ]
  return [
    `Freshet is up: data set '${config.name}' in ${directory}, dictionary '${dictionary.name}'`,
    `  gRPC ${grpcAddress}${httpAddress ? `   HTTP http://${httpAddress}` : ''}`,
    'Ctrl-C ends it.',
    '',
    ...(isDemo
      ? []
      : ['Try, from another terminal:', ...(httpAddress ? calls : []), '  npx freshet recommend ada', '  npx freshet status']),
  ].join('\n')
}
