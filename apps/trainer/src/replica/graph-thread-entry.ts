import { createRequire } from 'node:module'
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { detailsOf, type ErrorDetails } from '@freshet/service/runtime'
import type { CompileGraph, Feed, GraphRunner, GraphSpec } from '@freshet/tensor'

/** What the thread is started with. */
export interface GraphThreadData {
  readonly spec: GraphSpec
  readonly compiler: { readonly module: string; readonly name: string }
}

/** What it is told. */
export type ToGraphThread = { readonly kind: 'run'; readonly feeds: Readonly<Record<string, Feed>> } | { readonly kind: 'release' }

/** What it answers, in order: once when the graph is compiled, then to each run. */
export type FromGraphThread =
  { readonly kind: 'outputs'; readonly outputs: Record<string, Float32Array> } | { readonly kind: 'refusal'; readonly error: ErrorDetails }

/** Runs one graph until it is released. */
async function main(port: MessagePort, { spec, compiler }: GraphThreadData): Promise<void> {
  const load = createRequire(__filename) as (module: string) => Record<string, () => CompileGraph>
  const answer = async (outputs: () => Promise<Record<string, Float32Array>>): Promise<void> =>
    port.postMessage(
      await outputs().then(
        (given): FromGraphThread => ({ kind: 'outputs', outputs: given }),
        (error: unknown): FromGraphThread => ({ kind: 'refusal', error: detailsOf(error) }),
      ),
    )
  let runner: GraphRunner | undefined
  await answer(async () => {
    runner = await load(compiler.module)[compiler.name]()(spec)
    return {}
  })
  port.on('message', (message: ToGraphThread) => {
    if (message.kind === 'run') void answer(async () => (await runner?.run(message.feeds)) ?? {})
    else void (runner?.release() ?? Promise.resolve()).finally(() => port.close())
  })
}

if (!isMainThread && parentPort) void main(parentPort, workerData as GraphThreadData)
