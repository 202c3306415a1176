import { Genesis, Pins } from '@freshet/contracts'
import { openTable } from '@freshet/embedding'
import { declareModelSet, type ModelSet, modelSetOf } from '@freshet/model'
import { graphHash, onnxBytes, openOnnx, runtimePins } from '@freshet/onnx'
import type { CompileGraph } from '@freshet/tensor'
import type { Runtime } from '@freshet/service'
import { type ModelTools, shapeOf, TRAINING_DEFAULTS, type TrainerNotice, type TrainerOptions } from '@freshet/training'
import { openVersionShelf } from './version-shelf'

/** A trainer's options, and what has to be let go of when it ends. */
export interface OpenedTrainerOptions extends TrainerOptions {
  /** The execution provider that its graphs run on. */
  readonly provider: string
  /** Ends the graphs that were compiled: native code, which a thread must not end with. */
  release(): Promise<void>
}

/** Everything that a trainer is made of, from a runtime: the one place where ONNX Runtime meets training. */
export async function openTrainerOptions(
  runtime: Runtime,
  id: string,
  onNotice: (notice: TrainerNotice) => void,
): Promise<OpenedTrainerOptions> {
  const { config, firstDictionary: dictionary, log, clock, versionsDirectory } = runtime
  const { trainer } = config
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const { provider, compile } = await openOnnx({
    providers: config.providers,
    onRefusal: (refusal) => runtime.logger.warn({ trainer: id, ...refusal }, 'a provider cannot be used; steps run on the next'),
  })
  const workshop = new Workshop(compile)
  const tools = await workshop.toolsFor(modelSet.canonical)
  const genesis = Genesis.create({
    dictionaryHash: dictionary.hash,
    model: modelSet.canonical,
    seed: trainer.seed,
    logicalShards: trainer.logicalShards,
    partitions: log.partitions('examples'),
    pins: Pins.create({ ...runtimePins(provider), graphHash: tools.graphHash }),
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
    openTable: () =>
      openTable({
        width: modelSet.rowWidth,
        segments: modelSet.segments,
        rowScales: modelSet.rowScales,
        seed: dictionary.declared.model.seed,
      }),
  }
}

/** Makes what a model is learned with, once for each. */
class Workshop {
  private readonly made = new Map<string, Promise<ModelTools>>()

  constructor(private readonly compile: CompileGraph) {}

  /** `model` is a model set's canonical text. */
  toolsFor(model: string): Promise<ModelTools> {
    const tools = this.made.get(model) ?? this.make(modelSetOf(model))
    this.made.set(model, tools)
    return tools
  }

  async release(): Promise<void> {
    const made = await Promise.all(this.made.values())
    await Promise.all(made.flatMap(({ gradient, update }) => [gradient.release(), update.release()]))
  }

  private async make(modelSet: ModelSet): Promise<ModelTools> {
    const { gradient, update, rank, user, item } = modelSet.graphs
    return {
      modelSet,
      shape: shapeOf(modelSet.layout),
      gradient: await this.compile(gradient),
      update: await this.compile(update),
      blobs: Object.fromEntries([rank, user, item].map((graph) => [`${graph.name}.onnx`, onnxBytes(graph)])),
      graphHash: `${graphHash(gradient)}${graphHash(update)}`,
    }
  }
}
