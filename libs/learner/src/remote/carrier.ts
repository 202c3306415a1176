import { type Clock, isFreshetError } from '@freshet/kernel'
import type { CompileGraph, GraphRunner } from '@freshet/tensor'
import type { WorkerBeginning, WorkerTools } from '../shared/worker'
import { Backoff } from './backoff'
import { CarrierPost } from './carrier-post'
import { ProbedRunner } from './probed-runner'
import { RemoteRunner } from './remote-runner'
import type { DialReplica } from './replica-line'

/** What a carrier says of its replica: that its results count from now on, or why they do not. */
export interface CarrierNotice {
  readonly kind: 'admitted' | 'away' | 'refused'
  readonly reason: string
}

/** How a carrier is reached, and reaches its replica. */
export interface CarrierTools extends WorkerTools {
  readonly compile: CompileGraph
  readonly dial: DialReplica
  /** SHA-256 of the gradient graph's ONNX bytes, hexadecimal. */
  readonly graphHash: string
  /** How long a replica may take to answer before its stream is opened again. */
  readonly answerMs: number
  readonly clock: Clock
  readonly tell: (notice: CarrierNotice) => void
}

const AWAY_MS = { first: 250, max: 10_000 }
const REFUSED_MS = { first: 60_000, max: 600_000 } // until somebody has started another process there

/**
 * A worker of a crew that computes nothing itself: it has shards computed by a replica elsewhere, and puts what comes back where any other worker
 * would. Whatever happens to the replica, what it does not give in time the engine's owner computes.
 */
export async function carry(beginning: WorkerBeginning, tools: CarrierTools): Promise<void> {
  const post = new CarrierPost(beginning, tools.receive)
  const local = await tools.compile(beginning.model.gradient)
  const waits = { away: new Backoff(AWAY_MS), refused: new Backoff(REFUSED_MS) }
  const tell = onceEach(tools.tell)
  const onAdmitted = (): void => {
    for (const wait of Object.values(waits)) wait.reset()
    tell({ kind: 'admitted', reason: '' })
  }
  while (!post.asked.aborted) {
    post.hear()
    try {
      await serveOneLine(post, { ...tools, gradient: beginning.model.gradient, local, onAdmitted })
    } catch (error) {
      if (post.asked.aborted) break
      const kind = isFreshetError(error) && !error.retryable ? 'refused' : 'away'
      tell({ kind, reason: error instanceof Error ? error.message : String(error) })
      await tools.clock.sleep(waits[kind].next(), post.asked)
    }
  }
  await local.release()
}

/** Dials, and carries until the line breaks, the replica is refused, or the carrier is asked to leave. */
async function serveOneLine(
  post: CarrierPost,
  line: CarrierTools & { gradient: WorkerBeginning['model']['gradient']; local: GraphRunner; onAdmitted: () => void },
): Promise<void> {
  const { gradient, graphHash: hash, answerMs, clock, local, onAdmitted } = line
  const dialled = line.dial()
  const hangUp = (): void => dialled.close()
  post.asked.addEventListener('abort', hangUp)
  try {
    const probed = new ProbedRunner({ remote: await RemoteRunner.open(dialled, { gradient, hash, answerMs, clock }), local })
    let isKnown = false
    await post.serve(probed, () => {
      if (probed.refusal) throw probed.refusal.error
      if (!isKnown) onAdmitted()
      isKnown = true
    })
  } finally {
    post.asked.removeEventListener('abort', hangUp)
    dialled.close()
  }
}

/** A notice that says what the one before did is not said again. */
function onceEach(tell: CarrierTools['tell']): CarrierTools['tell'] {
  let last = ''
  return (notice) => {
    const text = `${notice.kind} ${notice.reason}`
    if (text !== last) tell(notice)
    last = text
  }
}
