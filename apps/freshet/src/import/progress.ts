import type { Clock } from '@freshet/kernel'
import { Format, Presets, SingleBar, type Options, type Params } from 'cli-progress'

/** Says how far a long piece of work has come. */
export interface Progress {
  /** Begins a phase; `total` 0: it is not known yet. */
  start(phase: string, total: number): void
  /** What is done of the phase, a few figures beside it, and the total where it is known only now. */
  at(done: number, note?: string, total?: number): void
  /** Ends the phase, complete or not. */
  end(): void
}

/** Where progress is written. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const LINE_EVERY_MS = 2000 // a file that a scheduler keeps stays readable

/** A bar on a terminal, else a line every other second. */
export const openProgress = (output: ProgressOutput, clock: Clock): Progress =>
  output.isTTY ? barProgress(output as NodeJS.WriteStream) : lineProgress(output, clock)

/** Says nothing: for callers that read the result alone. */
export const silentProgress: Progress = { start: () => undefined, at: () => undefined, end: () => undefined }

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined
  return {
    start(phase, total) {
      const format = (options: Options, { progress, value, total: known, startTime }: Params, { note }: { note: string }): string => {
        const seconds = `${((Date.now() - startTime) / 1000).toFixed(1)} s ${note}`.trimEnd()
        if (!(known > 0)) return `${phase.padEnd(10)} ${value} | ${seconds}`
        return `${phase.padEnd(10)} ${Format.BarFormat(progress, options)} ${Math.floor(100 * progress)} % | ${value}/${known} | ${seconds}`
      }
      bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: false }, Presets.shades_classic)
      bar.start(total, 0, { note: '' })
    },
    at(done, note = '', total) {
      if (total !== undefined) bar?.setTotal(total)
      bar?.update(done, { note })
    },
    end() {
      bar?.stop()
      bar = undefined
    },
  }
}

function lineProgress(output: ProgressOutput, clock: Clock): Progress {
  let phase = ''
  let total = 0
  let startedMs = 0
  let writtenMs = 0
  let last = ''
  const line = (done: number, note: string): string => {
    const seconds = ((clock.monotonicMs() - startedMs) / 1000).toFixed(1)
    return `${phase}: ${done}${total > 0 ? ` of ${total}` : ''}, ${seconds} s${note && `, ${note}`}\n`
  }
  return {
    start(name, count) {
      phase = name
      total = count
      startedMs = clock.monotonicMs()
      writtenMs = startedMs
      last = ''
    },
    at(done, note = '', known = total) {
      total = known
      last = line(done, note)
      if (clock.monotonicMs() - writtenMs < LINE_EVERY_MS) return
      writtenMs = clock.monotonicMs()
      output.write(last)
      last = ''
    },
    end() {
      if (last) output.write(last)
      last = ''
    },
  }
}
