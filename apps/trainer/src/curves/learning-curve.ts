/** How learning went up to a step: figures that say nothing yet are NaN. */
export interface CurvePoint {
  readonly step: number
  readonly examples: number
  /** Smoothed over about a hundred steps. */
  readonly rankLoss: number
  readonly recallLoss: number
  /** Progressive, over all real labels so far. */
  readonly auc: number
  readonly logLoss: number
}

const COLUMNS = ['step', 'examples', 'rankLoss', 'recallLoss', 'auc', 'logLoss'] as const satisfies readonly (keyof CurvePoint)[]
const POINTS_MAX = 512 // as many as a picture has room for

/**
 * Learning as points over steps, few enough to draw: where they become too many, every second one is let go of and points are taken half
 * as often. A line that goes back to a version loses what came after it.
 */
export class LearningCurve {
  private apart = 1

  constructor(
    private kept: CurvePoint[] = [],
    private readonly pointsMax = POINTS_MAX,
  ) {
    this.thin()
  }

  /** Reads what {@link csv} wrote; lines that are no points are passed over. */
  static parse(csv: string): LearningCurve {
    const rows = csv.split('\n').slice(1)
    const points = rows.map(pointOf).filter((point) => Number.isSafeInteger(point.step) && Number.isSafeInteger(point.examples))
    return new LearningCurve(points)
  }

  get points(): readonly CurvePoint[] {
    return this.kept
  }

  /** Takes a point where it is far enough from the last one; says whether it did. */
  observe(point: CurvePoint): boolean {
    const before = this.kept.length
    if (point.step < (this.kept.at(-1)?.step ?? 0)) this.kept = this.kept.filter(({ step }) => step < point.step)
    const last = this.kept.at(-1)
    const isFar = last === undefined ? point.step > 0 : point.step - last.step >= this.apart
    if (isFar) this.kept.push(pick(point))
    this.thin()
    return isFar || this.kept.length !== before
  }

  /** The points as a table with a heading, for whoever draws them otherwise. */
  csv(): string {
    const rows = this.kept.map((point) => COLUMNS.map((column) => (Number.isNaN(point[column]) ? '' : `${point[column]}`)).join(','))
    return [COLUMNS.join(','), ...rows, ''].join('\n')
  }

  private thin(): void {
    while (this.kept.length > this.pointsMax) this.kept = this.kept.filter((_, i) => i % 2 === 0 || i === this.kept.length - 1)
    const [first, last] = [this.kept[0], this.kept.at(-1)]
    if (first === undefined || last === undefined) return
    this.apart = Math.max(1, Math.ceil((last.step - first.step) / this.pointsMax))
  }
}

function pointOf(row: string): CurvePoint {
  const cells = row.split(',').map((cell) => (cell === '' ? NaN : Number(cell)))
  const [step, examples, rankLoss, recallLoss, auc, logLoss] = COLUMNS.map((_, i) => cells[i] ?? NaN)
  return { step, examples, rankLoss, recallLoss, auc, logLoss }
}

const pick = ({ step, examples, rankLoss, recallLoss, auc, logLoss }: CurvePoint): CurvePoint => ({
  ...{ step, examples, rankLoss, recallLoss, auc, logLoss },
})
