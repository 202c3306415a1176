import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { UnavailableError } from '@freshet/kernel'

/** A replica in another process of this machine: started, killed, and started again where it was. */
export class RemoteReplica implements AsyncDisposable {
  address = '127.0.0.1:0'
  private child: ChildProcess | undefined

  constructor(
    private readonly directory: string,
    private readonly program = path.join(__dirname, 'replica-process.js'),
  ) {}

  /** Settles when it listens. Throws UnavailableError where it ends instead. */
  async start(): Promise<void> {
    const child = fork(this.program, [this.directory, this.address])
    this.child = child
    const ended = once(child, 'exit').then(([code]) => {
      throw new UnavailableError(`the process of the replica, ended by ${String(code)},`, 'its last words stand above')
    })
    const [address] = (await Promise.race([once(child, 'message'), ended])) as [string]
    ended.catch(() => undefined) // it is killed later, by us
    this.address = address
  }

  /** As a machine that fails: without a word. */
  async kill(): Promise<void> {
    const { child } = this
    this.child = undefined
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}
