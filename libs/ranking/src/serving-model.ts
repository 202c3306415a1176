import type { Result } from '@freshet/contracts'
import type { Table } from '@freshet/embedding'
import { CorruptError, float32Of, uint32Of } from '@freshet/kernel'
import { carryDense, type ModelSet } from '@freshet/model'

/** A version at rest, read into memory. */
export interface LoadedVersion {
  readonly name: string
  readonly step: number
  /** By partition: the greatest source offset that it has learned. */
  readonly contains: readonly number[]
  readonly dense: Float32Array
  readonly table: Table
}

/** What a step did to a shared table. */
export interface LearnedInPlace {
  readonly step: number
  readonly contains: readonly number[]
  readonly dense: Float32Array
  /** The rows that it touched. */
  readonly pairs: Uint32Array
  readonly count: number
}

/** Dense parameters, and the step after which they stood so. */
export interface DenseState {
  readonly dense: Float32Array
  readonly step: number
}

/** What an answer says about the model that made it. */
export interface ModelStamp {
  readonly rowStep: number
  readonly denseStep: number
  readonly contains: readonly number[]
  /** The version that was loaded last; empty where the model was followed from its beginning. */
  readonly version: string
}

/** Told the ids (pairs) of rows that have new values. */
export type RowsListener = (pairs: Uint32Array, count: number) => void

/**
 * The model that answers: a follower by value. Rows take effect at once; dense parameters wait until what was
 * computed with the old ones (the vectors of all items) has been made anew, and then both are swapped together.
 */
export class ServingModel {
  private rows: Table
  private served: DenseState
  private due: DenseState | undefined
  private hasVectors = false
  private parts: Result[] = []
  private rowStep = 0
  private contains: number[]
  private version = ''
  private readonly listeners: RowsListener[] = []

  constructor(
    private readonly modelSet: ModelSet,
    private readonly openTable: () => Table,
    partitions: number,
  ) {
    this.rows = openTable()
    this.served = { dense: modelSet.initialDense(), step: 0 }
    this.contains = new Array<number>(partitions).fill(NOTHING)
  }

  get table(): Table {
    return this.rows
  }

  /** The dense parameters in service. */
  get denseState(): DenseState {
    return this.served
  }

  /** True once anything was learned: before, an order by the model would be an order by chance. */
  get isTrained(): boolean {
    return this.rowStep > 0
  }

  /** The dense parameters that wait for {@link adopt}. */
  get dueDense(): DenseState | undefined {
    return this.due
  }

  stamp(): ModelStamp {
    return { rowStep: this.rowStep, denseStep: this.served.step, contains: this.contains, version: this.version }
  }

  onRows(listener: RowsListener): void {
    this.listeners.push(listener)
  }

  /**
   * This model under another dictionary: the same rows, and dense parameters carried by name. They are due, since vectors are made of
   * features; this one is not told of rows any more.
   */
  under(modelSet: ModelSet): ServingModel {
    const next = new ServingModel(modelSet, this.openTable, this.contains.length)
    next.rows = this.rows
    next.rowStep = this.rowStep
    next.contains = this.contains
    next.version = this.version
    const { dense, step } = this.due ?? this.served
    const [from, to] = [this.modelSet.parameters, modelSet.parameters]
    next.makeDue({ dense: carryDense({ from, to, born: modelSet.initialDense() }, dense), step })
    return next
  }

  /** Begins a line: the state that its genesis describes. */
  begin(): void {
    this.take({
      ...{ name: '', step: 0, contains: this.contains.map(() => NOTHING) },
      dense: this.modelSet.initialDense(),
      table: this.openTable(),
    })
  }

  /**
   * Replaces the whole state by a version's; its dense parameters are due at once.
   *
   * throws  CorruptError where the version has another number of dense parameters than the declared model
   */
  take(version: LoadedVersion): void {
    this.makeDue({ dense: version.dense, step: version.step })
    this.rows = version.table
    this.rowStep = version.step
    this.contains = [...version.contains]
    this.version = version.name
    this.parts = []
  }

  /** Notes what steps have done to a table that is shared with whoever takes them: nothing is copied but what it says. */
  learned({ step, contains, dense, pairs, count }: LearnedInPlace): void {
    this.rowStep = step
    this.contains = [...contains]
    this.makeDue({ dense, step })
    for (const listener of this.listeners) listener(pairs, count)
  }

  /**
   * Applies what steps have done, once all parts of it have come: rows by id, gone ones too, and dense parameters when they came along.
   *
   * throws  CorruptError where rows or dense parameters have another shape than the declared model's
   */
  apply(result: Result): void {
    if (this.parts.length > 0 && !sameSteps(this.parts[0], result)) this.parts = []
    this.parts.push(result)
    if (result.continues) return
    const { parts } = this
    this.parts = []
    for (const part of parts) this.dropRows(part) // first, so that there is room for those that come
    for (const part of parts) this.assignRows(part)
    this.collectDense(parts)
    this.rowStep = result.toStep
    this.contains = [...result.contains]
  }

  /** Puts dense parameters into service: called by whoever has made the vectors that belong to them. */
  adopt(state: DenseState): void {
    this.served = state
    this.hasVectors = true
    if (this.due === state) this.due = undefined
  }

  /** From this step on they read as what they would be born with. */
  private dropRows({ goneIds }: Result): void {
    const pairs = uint32Of(goneIds)
    const count = pairs.length >>> 1
    if (this.rows.delete(pairs, count) === 0) return
    for (const listener of this.listeners) listener(pairs, count)
  }

  private assignRows({ rowIds, rowValues, toStep }: Result): void {
    const pairs = uint32Of(rowIds)
    const values = float32Of(rowValues)
    const count = pairs.length >>> 1
    if (values.length !== count * this.modelSet.rowWidth)
      throw new CorruptError(`result of step ${toStep}`, `${count} ids have ${values.length} values`, OTHER_MODEL)
    if (count === 0) return
    this.rows.assign(pairs, count, values)
    for (const listener of this.listeners) listener(pairs, count)
  }

  /** A writer that begins its parts anew writes the same values to the same places. */
  private collectDense(parts: readonly Result[]): void {
    const withDense = parts.filter(({ dense }) => dense.length > 0)
    if (withDense.length === 0) return
    const { denseLength, toStep } = withDense[0]
    const whole = new Float32Array(denseLength)
    let end = 0
    for (const { dense, denseOffset } of withDense) {
      const values = float32Of(dense)
      assertDense(Math.max(denseOffset + values.length, denseLength), this.modelSet.parameterCount)
      whole.set(values, denseOffset)
      end = denseOffset + values.length
    }
    if (end === denseLength) this.makeDue({ dense: whole, step: toStep })
  }

  /** Before there are vectors there is nothing to stay consistent with. */
  private makeDue(state: DenseState): void {
    assertDense(state.dense.length, this.modelSet.parameterCount)
    this.due = state
    if (!this.hasVectors) this.served = state
  }
}

const OTHER_MODEL = 'it was made under another model declaration: use the data set of this dictionary'
const NOTHING = -1 // no offset has been learned

const sameSteps = (a: Result, b: Result): boolean => a.fromStep === b.fromStep && a.toStep === b.toStep

function assertDense(length: number, parameterCount: number): void {
  if (length === parameterCount) return
  throw new CorruptError('dense parameters', `there are ${length} where the declared model has ${parameterCount}`, OTHER_MODEL)
}
