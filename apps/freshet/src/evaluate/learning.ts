import { Cut, type ExampleGroup } from '@freshet/contracts'
import { type Table, unique } from '@freshet/embedding'
import type { Dictionary } from '@freshet/features'
import { openEngine } from '@freshet/learner'
import { declareModelSet, type ModelSet } from '@freshet/model'
import type { CompileGraph } from '@freshet/tensor'
import { Learner, type ProgressiveFigures, ProgressiveMetrics, shapeOf } from '@freshet/training'

/** What a cut did, as far as vectors must follow it. */
export interface Learned {
  readonly touched: Uint32Array
  readonly touchedCount: number
}

/** A trainer without a journal: the same learner, cut by cut, in this process. */
export class Learning {
  private waiting: ExampleGroup[] = []
  private examples = 0
  private sourceOffset = 0

  private constructor(
    readonly modelSet: ModelSet,
    private readonly learner: Learner,
    private cutExamples: number,
  ) {}

  static async open(dictionary: Dictionary, compile: CompileGraph, cutExamples: number): Promise<Learning> {
    const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
    const tools = { modelSet, shape: shapeOf(dictionary.layout), openEngine, compile }
    const learner = await Learner.open({ tools, logicalShards: LOGICAL_SHARDS, partitions: 1 })
    return new Learning(modelSet, learner, cutExamples)
  }

  get table(): Table {
    return this.learner.state.table
  }

  get dense(): Float32Array {
    return this.learner.state.dense
  }

  get step(): number {
    return this.learner.state.step
  }

  /** What progressive validation says since {@link startScoring}. */
  get figures(): ProgressiveFigures {
    return this.learner.state.metrics.read()
  }

  /** Takes groups in the order of events; learns when a cut is full. */
  async take(groups: readonly ExampleGroup[]): Promise<Learned | undefined> {
    for (const group of groups) {
      this.waiting.push({ ...group, sourceOffset: this.sourceOffset++, ordinal: 0 })
      this.examples += group.items.length
    }
    return this.examples >= this.cutExamples ? this.flush() : undefined
  }

  /** Learns from what waits. */
  async flush(): Promise<Learned | undefined> {
    if (this.waiting.length === 0) return undefined
    const groups = this.waiting
    this.waiting = []
    this.examples = 0
    const range = { partition: 0, from: this.sourceOffset - groups.length, to: this.sourceOffset }
    const { touched } = await this.learner.step(Cut.create({ step: this.step + 1, ranges: [range] }), [{ ...range, groups }])
    const { ids, count } = unique(touched, touched.length / 2)
    return { touched: ids, touchedCount: count }
  }

  /** From here on the figures count, and cuts have another size: what came before was for learning. */
  startScoring(cutExamples: number): void {
    this.cutExamples = cutExamples
    this.learner.state.metrics = new ProgressiveMetrics()
  }
}

const LOGICAL_SHARDS = 4 // as a trainer's default
