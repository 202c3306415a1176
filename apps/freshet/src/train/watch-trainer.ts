import { trainer } from '@freshet/contracts/services'
import { isFreshetError, type Clock } from '@freshet/kernel'
import { Pace } from './pace'
import { trainerLine, trainerPicture, type TrainerLook } from './picture'

/** What a view of a trainer is made from. */
export interface TrainerWatch {
  /** The status of the trainer that runs. Throws a FreshetError while there is none, or it does not answer. */
  readonly ask: () => Promise<trainer.GetStatusResponse>
  readonly clock: Clock
  /** Ends the view. */
  readonly signal: AbortSignal
  readonly everyMs: number
  readonly show: (look: TrainerLook) => void
}

/** Looks at a trainer until it is told to end. One that is away is shown as that, and waited for. */
export async function watchTrainer({ ask, clock, signal, everyMs, show }: TrainerWatch): Promise<void> {
  let pace = new Pace()
  let last: trainer.GetStatusResponse | undefined
  const history = { loss: [] as number[], auc: [] as number[], examplesPerS: [] as number[] }
  while (!signal.aborted) {
    const answer = await ask().catch(refusalOf)
    if (signal.aborted) return
    if (typeof answer === 'string') {
      pace = new Pace()
      show({ status: last, away: answer, history })
    } else {
      last = answer
      pace.observe(answer, clock.monotonicMs())
      remember(history.loss, answer.rankLoss)
      remember(history.auc, answer.auc)
      remember(history.examplesPerS, answer.examplesPerS)
      show({ status: answer, etaS: pace.etaS, history })
    }
    await clock.sleep(everyMs, signal)
  }
}

/** A look as programs read it. */
export const lookJson = ({ status, away, etaS }: TrainerLook): object => ({
  ...(away === undefined ? {} : { away }),
  ...(status === undefined || away !== undefined ? {} : (trainer.GetStatusResponse.toJSON(status) as object)),
  ...(Number.isFinite(etaS) ? { etaS } : {}),
})

/** Where looks are drawn. */
export interface Canvas {
  readonly isTTY?: boolean
  /** Of a terminal. */
  readonly columns?: number
  write(text: string): unknown
}

/** Draws each look over the last one on a terminal; elsewhere, a line each. */
export function createPainter(canvas: Canvas): (look: TrainerLook) => void {
  let lines = 0
  return (look) => {
    if (!canvas.isTTY) return void canvas.write(`${trainerLine(look)}\n`)
    const picture = clipped(trainerPicture(look), canvas.columns)
    canvas.write(`${lines > 0 ? `\u001b[${lines}A\u001b[J` : ''}${picture}`)
    lines = picture.split('\n').length - 1
  }
}

/** A line that the terminal would break counts as several: the next picture would not meet the first line. */
const clipped = (picture: string, columns = Infinity): string =>
  picture
    .split('\n')
    .map((line) => line.slice(0, columns))
    .join('\n')

function refusalOf(error: unknown): string {
  if (!isFreshetError(error)) throw error
  return error.code === 'DEADLINE_EXCEEDED' ? 'busy: it does not answer in time' : `away: ${error.message}`
}

function remember(values: number[], value: number): void {
  if (value > 0) values.push(value)
  if (values.length > HISTORY_MAX) values.shift()
}

const HISTORY_MAX = 40 // as many as a curve of one line draws
