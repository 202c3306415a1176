import { Genesis, Pins } from '@freshet/contracts'
import { openTable } from '@freshet/embedding'
import { declareModelSet } from '@freshet/model'
import { compileOnnx, graphHash, onnxBytes, runtimePins } from '@freshet/onnx'
import type { Runtime } from '@freshet/service'
import { shapeOf, TRAINING_DEFAULTS, type TrainerNotice, type TrainerOptions } from '@freshet/training'
import { openVersionShelf } from './version-shelf'

/** Everything that a trainer is made of, from a runtime: the one place where ONNX Runtime meets training. */
export async function openTrainerOptions(runtime: Runtime, id: string, onNotice: (notice: TrainerNotice) => void): Promise<TrainerOptions> {
  const { config, dictionary, firstDictionary, log, clock, versionsDirectory } = runtime
  const { trainer } = config
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const { gradient, update, rank, user, item } = modelSet.graphs
  const compile = compileOnnx()
  const blobs = Object.fromEntries([rank, user, item].map((graph) => [`${graph.name}.onnx`, onnxBytes(graph)]))
  const genesis = Genesis.create({
    dictionaryHash: firstDictionary.hash,
    model: modelSet.canonical,
    seed: trainer.seed,
    logicalShards: trainer.logicalShards,
    partitions: log.partitions('examples'),
    pins: Pins.create({ ...runtimePins(), graphHash: `${graphHash(gradient)}${graphHash(update)}` }),
  })
  return {
    ...{ id, log, clock, genesis, blobs, onNotice },
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
    tools: { modelSet, shape: shapeOf(dictionary.layout), gradient: await compile(gradient), update: await compile(update) },
  }
}
