import { Genesis, Pins } from '@freshet/contracts'
import { type OpenEngine, openEngine } from '@freshet/learner'
import { declareModelSet, type ModelSet, modelSetOf } from '@freshet/model'
import { graphHash, onnxBytes, openOnnx, runtimePins } from '@freshet/onnx'
import type { Runtime } from '@freshet/service'
import type { CompileGraph, GraphRunner, GraphSpec } from '@freshet/tensor'
import { type ModelTools, shapeOf, STEP_FORMAT, TRAINING_DEFAULTS, type TrainerNotice, type TrainerOptions } from '@freshet/training'
import { openVersionShelf } from './version-shelf'

/** A trainer's options, and what has to be let go of when it ends. */
export interface OpenedTrainerOptions extends TrainerOptions {
  /** The execution provider that its graphs run on. */
  readonly provider: string
  /** Ends the graphs that were compiled: native code, which a thread must not end with. */
  release(): Promise<void>
}

/** Who a trainer is, and by what it computes steps. */
interface TrainerFacts extends Pick<TrainerOptions, 'id'> {
  /** Computes steps; on one thread unless told, as plainly as it can be said: so does a twin. */
  readonly openEngine?: OpenEngine
  readonly onNotice: (notice: TrainerNotice) => void
}

/** Everything that a trainer is made of, from a runtime: the one place where ONNX Runtime meets training. */
export async function openTrainerOptions(runtime: Runtime, { id, onNotice, ...facts }: TrainerFacts): Promise<OpenedTrainerOptions> {
  const { config, firstDictionary: dictionary, log, clock, versionsDirectory } = runtime
  const { trainer } = config
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const { provider, compile } = await openOnnx({
    providers: config.providers,
    onRefusal: (refusal) => runtime.logger.warn({ trainer: id, ...refusal }, 'a provider cannot be used; steps run on the next'),
  })
  const workshop = new Workshop(compile, facts.openEngine ?? openEngine)
  const tools = await workshop.toolsFor(modelSet.canonical)
  const genesis = Genesis.create({
    dictionaryHash: dictionary.hash,
    model: modelSet.canonical,
    seed: trainer.seed,
    logicalShards: trainer.logicalShards,
    partitions: log.partitions('examples'),
    pins: Pins.create({ ...runtimePins(provider), graphHash: tools.graphHash }),
    stepFormat: STEP_FORMAT,
  })
  return {
    ...{ id, log, clock, genesis, tools, onNotice, provider },
    toolsOf: (model) => workshop.toolsFor(model),
    release: () => workshop.release(),
    shelf: openVersionShelf(versionsDirectory, clock),
    settings: {
      ...TRAINING_DEFAULTS,
      cutMs: trainer.cutMs,
      cutExamples: trainer.cutExamples,
      backfillExamples: trainer.backfillExamples,
      heartbeatMs: trainer.heartbeatMs,
      denseMs: trainer.denseEveryMs,
      versionSteps: trainer.versionEverySteps,
      versionsKept: trainer.versionsKept,
    },
  }
}

/** Makes what a model is learned with, once for each. */
class Workshop {
  private readonly made = new Map<string, Promise<ModelTools>>()
  private readonly compiled = new Map<GraphSpec, Promise<GraphRunner>>()

  constructor(
    private readonly runtime: CompileGraph,
    private readonly openEngine: OpenEngine,
  ) {}

  /** `model` is a model set's canonical text. */
  toolsFor(model: string): Promise<ModelTools> {
    const tools = this.made.get(model) ?? this.make(modelSetOf(model))
    this.made.set(model, tools)
    return tools
  }

  async release(): Promise<void> {
    const compiled = await Promise.all(this.compiled.values())
    await Promise.all(compiled.map((runner) => runner.release()))
  }

  /** What takes long is done when a model's tools are made; engines come and go, and what they release stays for the next one. */
  private readonly compile: CompileGraph = async (spec) => {
    const runner = this.compiled.get(spec) ?? this.runtime(spec)
    this.compiled.set(spec, runner)
    const ready = await runner
    return { run: (feeds) => ready.run(feeds), release: () => Promise.resolve() }
  }

  private async make(modelSet: ModelSet): Promise<ModelTools> {
    const { graphs, learned, update } = modelSet
    const { rank, user, item } = graphs
    await Promise.all([learned.gradient, update.spec].map(this.compile))
    return {
      ...{ modelSet, shape: shapeOf(modelSet.layout), openEngine: this.openEngine, compile: this.compile },
      blobs: Object.fromEntries([rank, user, item].map((graph) => [`${graph.name}.onnx`, onnxBytes(graph)])),
      graphHash: `${graphHash(learned.gradient)}${graphHash(update.spec)}`,
    }
  }
}
