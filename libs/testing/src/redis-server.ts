import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { UnavailableError } from '@freshet/kernel'
import { ended } from './ended'

/** How a Redis server is started. */
export interface RedisOptions {
  /** Where it keeps its files; unless told otherwise a temporary one that goes with it. */
  readonly directory?: string
  /** A free one unless told otherwise. */
  readonly port?: number
  /** Keeps every write in a file before it answers; else only what `SAVE` is asked for survives a restart. */
  readonly appendOnly?: boolean
  /** More of what redis-server takes: `['--requirepass', 'secret']`. */
  readonly settings?: readonly string[]
}

const BOOT_MS_MAX = 20_000
const LAST_LINES = 20

/** A redis-server as a process of its own, to be killed, stopped and started again at any moment. */
export class RedisServer implements AsyncDisposable {
  private child: ChildProcess | undefined
  private readonly lastLines: string[] = []

  private constructor(
    readonly port: number,
    readonly directory: string,
    private readonly options: RedisOptions,
  ) {}

  /** Starts a server and waits until it answers. */
  static async start(options: RedisOptions): Promise<RedisServer> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'freshet-redis-')))
    const server = new RedisServer(options.port ?? (await freeBusPort()), directory, options)
    try {
      await server.restart()
    } catch (failure) {
      await server[Symbol.asyncDispose]()
      throw failure
    }
    return server
  }

  /** As an online store takes it. */
  get address(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** What it last said of itself. */
  get lastWords(): string {
    return this.lastLines.join('\n')
  }

  /** Starts the server again where it has ended, on what its files hold, and waits until it answers. */
  async restart(): Promise<void> {
    await this.kill('SIGTERM')
    const { appendOnly = false, settings = [] } = this.options
    const files = ['--dir', this.directory, '--save', '', '--appendonly', appendOnly ? 'yes' : 'no']
    const child = spawn('redis-server', ['--port', `${this.port}`, '--bind', '127.0.0.1', ...files, ...settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: process.env,
    })
    this.child = child
    this.lastLines.length = 0
    await new Promise<void>((resolve, reject) => {
      const fail = (remedy: string): void => reject(new UnavailableError('redis-server', remedy))
      const silent = setTimeout(() => fail(`it did not start within ${BOOT_MS_MAX} ms; it last said:\n${this.lastWords}`), BOOT_MS_MAX)
      child.once('error', (error) => fail(`install it: apt-get install redis-server (${error.message})`))
      child.once('close', () => fail(`it ended; it last said:\n${this.lastWords}`))
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.hear(line)
          if (line.includes('Ready to accept connections')) resolve()
        })
      }
      child.once('close', () => clearTimeout(silent))
      silent.unref()
    })
  }

  /** Ends it; SIGKILL unless told otherwise. Resolves when it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const { child } = this
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT') // one that is stopped would hear of nothing else
    await gone
  }

  /** Halts it where it stands: connections stay, nothing is answered. */
  stop(): void {
    this.child?.kill('SIGSTOP')
  }

  /** Lets it go on. */
  cont(): void {
    this.child?.kill('SIGCONT')
  }

  /** Resolves when its process has ended, whoever ended it, with how: `SIGKILL`, `code 1`. */
  ended(): Promise<string> {
    return this.child === undefined ? Promise.resolve('not started') : ended(this.child)
  }

  /** Forgets everything, in its files too. */
  async flush(): Promise<void> {
    await this.command('FLUSHALL SYNC')
  }

  /** Sends one command as a line, such as `SAVE`, and gives its answer as text. Throws UnavailableError for an error or silence. */
  command(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${line}\r\n`))
      const fail = (reason: string): void => {
        socket.destroy()
        reject(new UnavailableError(this.address, `'${line}' was answered by: ${reason}`))
      }
      let heard = ''
      socket.setEncoding('utf8').setTimeout(BOOT_MS_MAX, () => fail('silence'))
      socket.on('error', (error) => fail(error.message)).on('close', () => fail('the end of the connection'))
      socket.on('data', (text: string) => {
        heard += text
        const answer = answerIn(heard)
        if (answer === undefined) return
        if (heard.startsWith('-')) fail(answer)
        else resolve(answer)
        socket.destroy()
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    if (this.options.directory === undefined) await rm(this.directory, { recursive: true, force: true })
  }

  private hear(line: string): void {
    this.lastLines.push(line)
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift()
  }
}

/** Starts a Redis server on this machine; throws UnavailableError with the remedy where redis-server is missing. */
export const startRedis = (options: RedisOptions = {}): Promise<RedisServer> => RedisServer.start(options)

/** A whole answer: `+text`, `-text`, `:number`, or `$bytes` and as many bytes in the next lines. */
function answerIn(heard: string): string | undefined {
  const end = heard.indexOf('\r\n')
  if (end < 0) return undefined
  if (!heard.startsWith('$')) return heard.slice(1, end)
  const text = Buffer.from(heard.slice(end + 2))
  const bytes = Number(heard.slice(1, end))
  return text.length >= bytes + 2 ? text.subarray(0, bytes).toString() : undefined
}

const BUS_PORTS = 10_000 // a cluster's node also listens that much higher
const PORT_FIRST = 20_000
const PORTS = 12_000 // below the ports that systems give away by themselves, from 32,768 on

/** A port that is free, with its bus port. */
export async function freeBusPort(): Promise<number> {
  for (;;) {
    const port = PORT_FIRST + Math.floor(Math.random() * PORTS)
    if ((await isFree(port)) && (await isFree(port + BUS_PORTS))) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
