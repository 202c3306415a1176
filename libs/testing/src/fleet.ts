import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { UnavailableError } from '@freshet/kernel'
import { freePorts } from './free-ports'

/** The five services, a second trainer to move to, a second feature store to share with, two that compute shards, and all five in one process. */
export type FleetService =
  | 'ingest'
  | 'feature-store'
  | 'second-feature-store'
  | 'trainer'
  | 'migrator'
  | 'ranker'
  | 'standby'
  | 'replica'
  | 'second-replica'
  | 'all-in-one'

/** What a fleet is started with. */
export interface FleetOptions {
  /** The workspace, built. */
  readonly root: string
  /** Where the data set lies. */
  readonly data: string
  /** A built-in feature dictionary by name, or a file. */
  readonly dictionary: string
  readonly services?: readonly FleetService[]
  /** FRESHET_* settings for all of them. */
  readonly environment?: Readonly<Record<string, string>>
  /** What the environment of one service has beside that. */
  readonly environmentOf?: (service: FleetService) => Readonly<Record<string, string>>
  /** How long an orderly end may take before it counts as none: 90 s unless told otherwise. */
  readonly endMsMax?: number
}

const SERVICES: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker']
/** What else a fleet keeps ports for. */
const OTHERS = [
  ...['standby', 'second-feature-store', 'replica', 'second-replica', 'all-in-one'],
  ...['ingest-http', 'ranker-http', 'all-in-one-http'],
]
/** The app that a service runs, and its arguments, where it is not named after it. */
const PROGRAMS: Partial<Readonly<Record<FleetService, readonly [app: string, ...args: string[]]>>> = {
  standby: ['trainer'],
  'second-feature-store': ['feature-store'],
  replica: ['freshet', 'replica'],
  'second-replica': ['freshet', 'replica'],
  'all-in-one': ['freshet', 'up', '--no-demo'],
}
/** Those that its trainer is told of, where a fleet is started with replicas. */
const REPLICAS = ['replica', 'second-replica'] as const
const BOOT_MS_MAX = 180_000 // on a machine that is busy with ten others
const END_MS_MAX = 90_000 // a drain, what is under way, and a version, on a busy machine
const LAST_LINES = 20

/** The services as processes of their own, sharing one data directory; each can be ended at any moment and started again. */
export class Fleet implements AsyncDisposable {
  private readonly running = new Map<FleetService, ChildProcess>()
  private readonly lines = new Map<FleetService, string[]>()

  private constructor(
    private readonly options: FleetOptions,
    private readonly ports: ReadonlyMap<string, number>,
  ) {}

  /** Starts all services and waits until each one serves. Throws UnavailableError with the last words of one that does not. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const names = [...SERVICES, ...OTHERS]
    mkdirSync(options.data, { recursive: true }) // it is where the processes start
    const ports = await freePorts(names.length)
    const fleet = new Fleet(options, new Map(names.map((name, i) => [name, ports[i]])))
    const services = options.services ?? SERVICES
    try {
      await Promise.all(services.filter((service) => service !== 'standby').map((service) => fleet.launch(service)))
      if (services.includes('standby')) await fleet.launch('standby')
    } catch (error) {
      await fleet[Symbol.asyncDispose]()
      throw error
    }
    return fleet
  }

  /** The gRPC address of a service; with `-http`, its HTTP address. */
  address(name: FleetService | 'ingest-http' | 'ranker-http' | 'all-in-one-http'): string {
    return `127.0.0.1:${this.ports.get(name) ?? 0}`
  }

  /** Starts a service and waits until it serves. */
  async launch(service: FleetService): Promise<void> {
    const [app, ...args] = PROGRAMS[service] ?? [service]
    const child = spawn(process.execPath, [join(this.options.root, 'apps', app, 'dist', 'main.js'), ...args], {
      cwd: this.options.data,
      env: { ...process.env, ...this.environmentOf(service) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.running.set(service, child)
    const heard: string[] = []
    this.lines.set(service, heard)
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => reject(new UnavailableError(service, `${reason}; it last said:\n${heard.join('\n')}`))
      const timer = setTimeout(() => fail(`it did not serve within ${BOOT_MS_MAX} ms`), BOOT_MS_MAX)
      const hear = (line: string): void => {
        heard.push(line)
        if (heard.length > LAST_LINES) heard.shift()
        if (line.includes('"msg":"serving"')) resolve()
      }
      for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', hear)
      child.once('error', (error) => fail(error.message))
      child.once('exit', (code, signal) => fail(`it ended (${signal ?? code})`))
      child.once('exit', () => clearTimeout(timer))
      timer.unref()
    })
  }

  /**
   * Sends a signal; SIGKILL and SIGTERM wait until the process is gone, and say its exit code (null: the signal ended it). Throws UnavailableError with
   * the last words of one that does not end on SIGTERM, and kills it.
   */
  async signal(service: FleetService, signal: NodeJS.Signals): Promise<number | null | undefined> {
    const child = this.running.get(service)
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode
    const gone = once(child, 'exit') as Promise<[number | null]>
    child.kill(signal)
    if (signal !== 'SIGKILL' && signal !== 'SIGTERM') return undefined
    const { endMsMax = END_MS_MAX } = this.options
    const late = setTimeout(() => child.kill('SIGKILL'), endMsMax)
    const [code] = await gone
    clearTimeout(late)
    if (signal === 'SIGTERM' && child.signalCode === 'SIGKILL')
      throw new UnavailableError(service, `it did not end within ${endMsMax} ms of SIGTERM; it last said:\n${this.lastWords(service)}`)
    return code
  }

  /** Resolves when the process of a service has ended, whoever ended it. */
  async gone(service: FleetService): Promise<void> {
    const child = this.running.get(service)
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  /** FRESHET_* settings by which another process, such as a command of the command line, finds these services. */
  get settings(): Readonly<Record<string, string>> {
    return this.environmentOf('trainer')
  }

  /** The process id of a running service. */
  pid(service: FleetService): number | undefined {
    return this.running.get(service)?.pid
  }

  /** What a service last said. */
  lastWords(service: FleetService): string {
    return (this.lines.get(service) ?? []).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.running.keys()].map((service) => this.signal(service, 'SIGTERM')))
  }

  private environmentOf(service: FleetService): Record<string, string> {
    const trainer = service === 'standby' ? 'standby' : 'trainer'
    return {
      FRESHET_DATA: this.options.data,
      FRESHET_DICTIONARY: this.options.dictionary,
      FRESHET_INGEST_GRPC: this.address('ingest'),
      FRESHET_INGEST_HTTP: this.address('ingest-http'),
      FRESHET_FEATURE_STORE_GRPC: this.address(service === 'second-feature-store' ? service : 'feature-store'),
      FRESHET_TRAINER_GRPC: this.address(trainer),
      FRESHET_TRAINER_ID: trainer,
      FRESHET_TRAINER_STANDBY: String(service === 'standby'),
      FRESHET_REPLICA_GRPC: this.address(service === 'second-replica' ? service : 'replica'),
      FRESHET_MIGRATOR_GRPC: this.address('migrator'),
      FRESHET_RANKER_GRPC: this.address('ranker'),
      FRESHET_RANKER_HTTP: this.address('ranker-http'),
      FRESHET_RANKER_INGEST_ADDRESS: this.address('ingest'),
      FRESHET_ALL_GRPC: this.address('all-in-one'),
      FRESHET_ALL_HTTP: this.address('all-in-one-http'),
      ...(this.options.services?.includes('replica') && { FRESHET_TRAINER_REPLICAS: REPLICAS.map((name) => this.address(name)).join() }),
      ...this.options.environment,
      ...this.options.environmentOf?.(service),
    }
  }
}
