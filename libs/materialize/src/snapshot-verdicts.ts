import { stat } from 'node:fs/promises'
import { isWhole } from './snapshot-blocks'

/** Which files are whole. To find out takes reading them, and a status asks every second. */
export class Verdicts {
  private readonly known = new Map<string, { readonly mark: string; readonly isWhole: boolean }>()

  /** Reads a file. */
  async judge(path: string): Promise<boolean> {
    const mark = await markOf(path)
    const verdict = { mark, isWhole: mark !== GONE && (await isWhole(path)) }
    this.known.set(path, verdict)
    return verdict.isWhole
  }

  /** Reads a file only where it has not been since it was written last. */
  async remember(path: string): Promise<boolean> {
    const known = this.known.get(path)
    return known !== undefined && known.mark === (await markOf(path)) ? known.isWhole : this.judge(path)
  }

  forget(path: string): void {
    this.known.delete(path)
  }
}

const GONE = ''
const markOf = (path: string): Promise<string> => stat(path).then(({ mtimeMs, size }) => `${mtimeMs} ${size}`, () => GONE) // prettier-ignore
