import { constant, input, multiply, type CompileGraph, type GraphSpec } from '@freshet/tensor'
import { assertOffered, CPU, inOrder, offeredProviders } from './providers'
import { compileOnnx } from './runtime'

/** Which providers graphs should run on. */
export interface ProviderPreference {
  /** The preferred one first; the CPU comes last, named or not. */
  readonly providers: readonly string[]
  /** Told of each that could not be used. */
  readonly onRefusal: (refusal: ProviderRefusal) => void
}

/** A provider that was asked for, and could not be used. */
export interface ProviderRefusal {
  readonly provider: string
  /** What is tried instead. */
  readonly next: string
  readonly reason: string
  /** The graph that it would not take; absent where it does not open at all. */
  readonly graph?: string
}

/** A way to run graphs, and what it runs them on. */
export interface OpenedOnnx {
  readonly provider: string
  readonly compile: CompileGraph
}

/** What is installed. */
export interface OnnxRuntime {
  readonly offered: readonly string[]
  readonly compileOn: (provider: string) => CompileGraph
}

/**
 * The first provider of a preference that opens and computes. Graphs that it does not take run on the CPU, which is told, too.
 *
 * Equal feeds give equal bits on one provider of one machine, not across providers: what was learned on one is replayed on that one, or
 * followed by value.
 *
 * throws  InvalidFieldError where the installed runtime does not offer what is preferred
 */
export async function openOnnx({ providers, onRefusal }: ProviderPreference, runtime: OnnxRuntime = installed()): Promise<OpenedOnnx> {
  assertOffered(providers, runtime.offered)
  const provider = await firstThatComputes(inOrder(providers), runtime, onRefusal)
  const compile = runtime.compileOn(provider)
  if (provider === CPU) return { provider, compile }
  return {
    provider,
    compile: (spec) =>
      compile(spec).catch((error: unknown) => {
        onRefusal({ provider, next: CPU, reason: reasonOf(error), graph: spec.name })
        return runtime.compileOn(CPU)(spec)
      }),
  }
}

async function firstThatComputes(
  candidates: readonly string[],
  runtime: OnnxRuntime,
  onRefusal: ProviderPreference['onRefusal'],
): Promise<string> {
  for (const [i, provider] of candidates.entries()) {
    if (provider === CPU) return CPU
    try {
      await compute(runtime.compileOn(provider))
      return provider
    } catch (error) {
      onRefusal({ provider, next: candidates[i + 1], reason: reasonOf(error) })
    }
  }
  return CPU
}

/** Some providers open, and fail at the first run: a device may be there and of no use. */
async function compute(compile: CompileGraph): Promise<void> {
  const runner = await compile(TWICE)
  try {
    await runner.run({ x: { data: Float32Array.of(1), shape: [1] } })
  } finally {
    await runner.release()
  }
}

const x = input('x', [1])
const TWICE: GraphSpec = { name: 'twice', inputs: [x], outputs: { y: multiply(x, constant(2)) } }

const installed = (): OnnxRuntime => ({ offered: offeredProviders(), compileOn: (provider) => compileOnnx({ provider }) })

/** Why the runtime refuses, in a line of its own words, without where in its sources they come from. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? 'no reason was given'
  return line.replace(/^\S*\/onnxruntime\/core\/.*? was false\. /, '').trim()
}
