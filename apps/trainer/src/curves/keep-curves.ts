import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@freshet/kernel'
import type { TrainerStatus } from '@freshet/training'
import { curvesSvg } from './curves-svg'
import { LearningCurve } from './learning-curve'

/** What curves are kept from, and where. */
export interface CurveKeeping {
  /** The data set's. */
  readonly directory: string
  readonly title: string
  /** Of the trainer; throws while it does not answer. */
  readonly status: () => Promise<TrainerStatus>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told when a file cannot be written: learning goes on, and it is tried again. */
  readonly onError: (error: unknown) => void
}

const EVERY_MS = 10_000
const [PICTURE, TABLE] = ['curves.svg', 'curves.csv']

/**
 * Keeps `curves.svg` and `curves.csv` of a data set up to date while its trainer owns the line, until `signal` aborts; goes on from what a
 * process before it wrote. They are for people: nothing is computed from them, and nothing waits for them.
 */
export async function keepCurves(keeping: CurveKeeping): Promise<void> {
  const { directory, status, clock, signal } = keeping
  const curve = LearningCurve.parse(await readFile(join(directory, TABLE), 'utf8').catch(() => ''))
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal)
    const now = await status().catch(() => undefined) // it starts, or follows; the next look says more
    if (now?.role === 'owner' && curve.observe(now)) await write(curve, keeping)
  }
}

async function write(curve: LearningCurve, { directory, title, onError }: CurveKeeping): Promise<void> {
  try {
    await replace(join(directory, TABLE), curve.csv())
    await replace(join(directory, PICTURE), curvesSvg(title, curve.points))
  } catch (error) {
    onError(error)
  }
}

/** Whoever reads meanwhile sees the whole of one or of the other. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text)
  await rename(`${file}.next`, file)
}
