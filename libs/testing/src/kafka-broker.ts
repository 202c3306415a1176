import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { UnavailableError } from '@freshet/kernel'
import { ended } from './ended'
import { freePorts, listens } from './free-ports'
import { kafkaJars } from './kafka-broker-jars'
import { linesOf, propertiesOf, scramArguments, type BrokerTls, type QuorumSeat, type SaslMechanism } from './kafka-broker-properties'

/** How a broker is started. */
export interface KafkaBrokerOptions {
  /** Where its data lie, kept afterwards; without one a temporary directory, gone afterwards. */
  readonly directory?: string
  /** Where clients connect; default: a free one. */
  readonly port?: number
  /** Where clients are sent to instead, such as the port of a {@link startCutProxy} before it. */
  readonly advertisedPort?: number
  /** Names and passwords: clients must then use SASL. */
  readonly users?: Readonly<Record<string, string>>
  /** By which mechanisms those users are known: PLAIN unless told otherwise. */
  readonly mechanisms?: readonly SaslMechanism[]
  /** Clients must then speak TLS. */
  readonly tls?: BrokerTls
  /** Its place among several; without it, it is alone. */
  readonly seat?: QuorumSeat
  /** Further lines of its configuration, or others instead of ours. */
  readonly settings?: Readonly<Record<string, string>>
  /** All of its configuration, on storage that is formatted already: see {@link kafkaImageProperties}. It names `port` and `directory` itself. */
  readonly properties?: Readonly<Record<string, string>>
}

/** A Kafka broker of one node in a process of its own, on the loopback. */
export interface KafkaBroker extends AsyncDisposable {
  /** `host:port` for clients. */
  readonly address: string
  /** Where its data and `broker.log` lie. */
  readonly directory: string
  readonly pid: number
  /** Ends it and waits until it is gone; SIGKILL unless told otherwise. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Halts it as it stands (SIGSTOP). */
  stop(): void
  /** Lets it go on (SIGCONT). */
  cont(): void
  /** Resolves when its process has ended, whoever ended it, with how: `SIGKILL`, `code 1`. */
  ended(): Promise<string>
  /** Starts it again on the same data and port; ends it first where it runs. Resolves when it listens. */
  restart(): Promise<void>
}

const run = promisify(execFile)
const CLUSTER_ID = 'ZnJlc2hldC1icm9rZXItMQ' // any 16 bytes in base64
const BOOT_MS_MAX = 180_000 // a second or two, unless the machine is busy with ten others
const HEAP = '-Xmx256m'
/** The quick compiler and collector alone: in its first minutes the thorough ones would take more of two cores than the broker's work. */
const MACHINE = [HEAP, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const LAST_WORDS_MAX = 3000 // characters

/**
 * Starts a broker and waits until it listens.
 *
 * `await using broker = await startKafkaBroker()`, then `brokers: [broker.address]`
 *
 * throws  PreconditionError where java or mvn is missing, UnavailableError with its last words where it does not come up
 */
export async function startKafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const jars = await kafkaJars()
  const [freePort, freeControllerPort] = await freePorts(2)
  const port = options.port ?? freePort
  const seat = options.seat ?? { node: 0, controllerPorts: [freeControllerPort] }
  const directory = options.directory ?? join(tmpdir(), `freshet-kafka-${process.pid}-${port}`)
  await mkdir(directory, { recursive: true })
  const configuration = join(directory, 'server.properties')
  await writeFile(configuration, linesOf(options.properties ?? propertiesOf({ ...options, port, seat, directory })))
  const isFormatted = options.properties !== undefined || existsSync(join(directory, 'data', 'meta.properties'))
  if (!isFormatted) await format(jars, configuration, options)
  let child = await launch(jars, directory, port)

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT') // who is halted hears no SIGTERM
    await gone
  }
  return {
    address: `127.0.0.1:${port}`,
    directory,
    get pid() {
      return child.pid ?? 0
    },
    kill: (signal = 'SIGKILL') => kill(signal),
    stop: () => void child.kill('SIGSTOP'),
    cont: () => void child.kill('SIGCONT'),
    ended: () => ended(child),
    async restart() {
      await kill('SIGKILL')
      child = await launch(jars, directory, port)
    },
    async [Symbol.asyncDispose]() {
      await kill(options.directory === undefined ? 'SIGKILL' : 'SIGTERM')
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}

async function format(jars: string, configuration: string, options: KafkaBrokerOptions): Promise<void> {
  const program = [...MACHINE, '-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format']
  await run('java', [...program, '-t', CLUSTER_ID, '-c', configuration, ...scramArguments(options)])
}

/** A broker's process, once it listens; what it says stands in `broker.log`. */
async function launch(jars: string, directory: string, port: number): Promise<ChildProcess> {
  const log = openSync(join(directory, 'broker.log'), 'a')
  const program = [...MACHINE, '-cp', join(jars, '*'), 'kafka.Kafka', join(directory, 'server.properties')]
  const child = spawn('java', program, { stdio: ['ignore', log, log] })
  closeSync(log)
  const deadline = performance.now() + BOOT_MS_MAX
  while (!(await listens(port))) {
    const isOver = child.exitCode !== null || child.signalCode !== null
    if (!isOver && performance.now() < deadline) {
      await setTimeout(50)
      continue
    }
    child.kill('SIGKILL')
    const words = await readFile(join(directory, 'broker.log'), 'utf8')
    throw new UnavailableError(`the broker on port ${port}`, `it did not come up; it last said:\n${words.slice(-LAST_WORDS_MAX)}`)
  }
  return child
}
