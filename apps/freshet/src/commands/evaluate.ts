import { PreconditionError, systemClock } from '@freshet/kernel'
import { compileOnnx } from '@freshet/onnx'
import { openRuntime } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { assertDataSet, othersText, withRunningDataSet } from '../known-data-sets'
import { evaluate, type Evaluation } from '../evaluate/evaluate'
import { readHistory } from '../evaluate/history'
import { openProgress } from '../import/progress'
import { count, table } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Replays a data set's history, and says how good the lists would have been. */
export const addEvaluate: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'evaluate',
    description: 'replay the recorded history in time order: learn four fifths, then score, then learn, event by event',
    examples: ['evaluate', 'evaluate --data movielens --json'],
  }).action(async (options: DataSetOptions) => {
    const config = await withRunningDataSet(configOf(options))
    assertDataSet(config)
    await using runtime = await openRuntime(config)
    const history = await readHistory(runtime.log)
    if (history.events.length === 0) {
      const others = othersText(config)
      const remedy = `import some: npx freshet import --help${others && `; ${others}`}`
      throw new PreconditionError(`data set '${config.name}' has no events`, remedy)
    }
    const progress = openProgress(process.stderr, systemClock)
    const found = await evaluate({ dictionary: runtime.dictionary, history, compile: compileOnnx(), progress })
    terminalOf(output, options).answer(found, textOf(found))
  })
}

function textOf({ events, learnedFirst, freshet, popularity, random, auc, logLoss, labels }: Evaluation): string {
  const figures = { Freshet: freshet, popularity, random }
  const rows = Object.entries(figures).map(([name, { hitRate, ndcg }]) => [name, figure(hitRate), figure(ndcg)])
  return [
    `${count(events)} events in time order: ${count(learnedFirst)} learned, then ${count(events - learnedFirst)} scored and learned`,
    '',
    table([['', 'HR@10', 'NDCG@10'], ...rows]),
    '',
    `${count(freshet.trials)} trials: positive events of users with a history, among all items known, consumed ones masked`,
    labels > 0
      ? `AUC ${figure(auc)}, log loss ${figure(logLoss)} over ${count(labels)} real labels, each scored before it was learned`
      : 'no real labels',
  ].join('\n')
}

const figure = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : '-')
