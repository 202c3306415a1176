import path from 'node:path'
import { openSharedEngine, type OpenEngine, type SharedEngine, threadsOf } from '@freshet/learner'
import { compileInterpreted } from './interpreter.fixture'

const start = threadsOf({
  module: path.join(__dirname, 'interpreter.fixture.ts'),
  compiler: compileInterpreted.name,
  execArgv: ['--conditions=@freshet/source', '-r', path.resolve(__dirname, '../../testing/source-hook.cjs')],
})

/** Engines whose steps threads share: the newest one's crew, and how many it begins with. */
export class SharedSteps {
  private engine: SharedEngine | undefined

  constructor(private workers: number) {}

  readonly openEngine: OpenEngine = async (model, tools) => {
    this.engine = await openSharedEngine(model, { ...tools, start })
    await this.scaleTo(this.workers)
    return this.engine
  }

  async scaleTo(workers: number): Promise<void> {
    this.workers = workers
    await this.engine?.crew.scaleTo(workers)
  }

  /** Lets one die with whatever it has claimed. */
  async kill(): Promise<void> {
    const { crew } = this.engine ?? {}
    if (crew) await crew.kill(crew.workers[0])
  }
}
