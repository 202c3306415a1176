import { announce, call, openReadiness, untilSignal } from '@freshet/service'
import { freeAddress, hostServices, SECTIONS, type Hosted } from '../all-in-one'
import { configOf, type DataSetOptions } from '../data-set'
import { callsToTry } from '../demo/calls'
import { demoSummaryText, runDemo } from '../demo/run-demo'
import { shopText, stockShop, type StockScope } from '../demo/stock-shop'
import { rankerReady } from '../readiness'
import { withClients, type Addresses } from '../services'
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
      const readiness = openReadiness()
      await using hosted = await hostServices(
        { ...config, all, ranker: { ...config.ranker, ingestAddress: all.grpc } },
        SECTIONS,
        readiness,
      )
      const { served, runtime } = hosted
      const stop = new AbortController()
      const stopped = untilSignal(runtime).then(() => stop.abort())
      announce('freshet', served, runtime)
      await withClients(everywhere(served.grpcAddress), async (clients) => {
        const scope = { clients, clock: runtime.clock, signal: stop.signal }
        await Promise.race([stopped, becomeReady(scope, options)])
        readiness.declare()
        if (stop.signal.aborted) return
        const { grpcAddress: grpc, httpAddress: http } = served
        const facts = { data: config.name, directory: runtime.directory, dictionary: runtime.dictionary.hash, grpc, http }
        terminalOf(output, options).line(facts, welcome(hosted, options.demo === true))
        const picture = options.json ? output.stderr : output.stdout
        if (options.demo) picture.write(demoSummaryText(await runDemo({ ...scope, output: picture })))
      })
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

/** Every service at one address. */
const everywhere = (grpc: string): Addresses => Object.fromEntries(SECTIONS.map((section) => [section, grpc]))

/** Who asks once it is ready gets the answer that was promised: of the demo's shop, a list. */
async function becomeReady(scope: StockScope, { demo }: UpOptions): Promise<void> {
  if (demo) await stockShop(scope)
  await rankerReady(scope.clock, () => call(scope.clients.ranker, 'getStatus', {}))
}

/** What a newcomer needs to see once everything answers. */
function welcome({ served: { grpcAddress: grpc, httpAddress: http }, runtime }: Hosted, isDemo: boolean): string {
  const { config, directory, dictionary } = runtime
  return [
    `Freshet is up: data set '${config.name}' in ${directory}, dictionary '${dictionary.name}'`,
    `  gRPC ${grpc}${http ? `   HTTP http://${http}` : ''}`,
    'Ctrl-C ends it.',
    ...(isDemo ? ['', shopText()] : []),
    '',
    callsToTry({ grpc, http, isDemo }),
  ].join('\n')
}
