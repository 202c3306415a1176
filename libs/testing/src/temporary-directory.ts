import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that goes when its scope ends. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string
  /** The path of something inside it. */
  within(...names: string[]): string
}

/** Makes an empty directory: `await using directory = await temporaryDirectory()`. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'freshet-'))
  return {
    path,
    within: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
