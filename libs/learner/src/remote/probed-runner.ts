import { InvalidFieldError } from '@freshet/kernel'
import type { Feed, GraphRunner } from '@freshet/tensor'

/** Both ends of a probe. */
export interface ProbeSides {
  readonly remote: GraphRunner
  /** This machine's own: what it says is right. */
  readonly local: GraphRunner
}

/**
 * A replica's runner that counts only where it has proven itself: the first shard of every shape is computed on both sides, and must agree bit for
 * bit, since another kind of processor, or another runtime, may round differently, and does so in some shapes only. There, what this machine computes
 * is given.
 */
export class ProbedRunner implements GraphRunner {
  /** Why the replica counts no more: its results differed, or did not come. */
  refusal: { readonly error: unknown } | undefined
  /** Whether the last run was a probe, which takes longer than any that follows. */
  hasProbed = false
  private readonly proven = new Set<string>()

  constructor(private readonly sides: ProbeSides) {}

  /** cost    of a shape that is not proven: both sides, at once */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>> {
    const { remote, local } = this.sides
    const shapes = Object.values(feeds)
      .map(({ shape }) => shape.join('x'))
      .join()
    this.hasProbed = !this.proven.has(shapes)
    if (!this.hasProbed) return remote.run(feeds)
    const asked = remote.run(feeds).then(
      (outputs) => ({ outputs }),
      (error: unknown) => ({ error }),
    )
    const own = await local.run(feeds)
    const answer = await asked
    const error = 'error' in answer ? answer.error : differenceOf(own, answer.outputs)
    if (error === undefined) this.proven.add(shapes)
    else this.refusal = { error }
    return own
  }

  /** Lets go of the replica's end only: this machine's is used again. */
  release(): Promise<void> {
    return this.sides.remote.release()
  }
}

/** Where two sides differ first, in any bit; undefined where they do not. */
function differenceOf(own: Readonly<Record<string, Float32Array>>, other: Readonly<Record<string, Float32Array>>) {
  for (const [name, values] of Object.entries(own)) {
    const [bits, theirs] = [bitsOf(values), bitsOf(other[name])]
    const at = bits.findIndex((word, i) => word !== theirs[i])
    if (at >= 0) return differs(`${name}[${at}] of a replica`, other[name][at], values[at])
  }
  return undefined
}

const differs = (field: string, value: number, own: number): InvalidFieldError =>
  new InvalidFieldError({
    ...{ field, value, rule: `it is ${own} here, and a replica must compute the same bits` },
    remedy: 'run replicas on the same kind of processor, with the same versions of Freshet and Node',
  })

/** A view where the floats lie so that there can be one. */
const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)
