import { CorruptError, NotFoundError } from '@freshet/kernel'
import { VersionExistsError } from '@freshet/model-store'
import type { Tensors, VersionContents, VersionFacts, VersionShelf } from '@freshet/training'

type Damaged = Awaited<ReturnType<VersionShelf['damaged']>>

interface KeptVersion {
  readonly facts: VersionFacts
  readonly contents: VersionContents
}

/** Versions on a disk that several trainers share: a save appears whole or not at all. */
export class ShelfServer {
  readonly versions = new Map<string, KeptVersion>()
  private readonly torn = new Set<string>()

  /** Writes a version; a torn one of the same name goes. */
  save(facts: VersionFacts, contents: VersionContents): void {
    if (this.versions.has(facts.name) && !this.torn.has(facts.name)) throw new VersionExistsError(facts.name)
    this.torn.delete(facts.name)
    this.versions.set(facts.name, { facts, contents: copyOf(contents) })
  }

  list(): readonly VersionFacts[] {
    const whole = [...this.versions.values()].filter(({ facts }) => !this.torn.has(facts.name))
    return whole.map(({ facts }) => facts).sort((a, b) => a.journalOffset - b.journalOffset || a.step - b.step || a.createdMs - b.createdMs)
  }

  load(name: string): KeptVersion {
    const found = this.versions.get(name)
    if (found === undefined) throw new NotFoundError('version', name, 'list the versions there are')
    if (this.torn.has(name)) throw new CorruptError(name, 'it is not what was written', 'use the version before it')
    return { facts: found.facts, contents: copyOf(found.contents) }
  }

  damaged(): Damaged {
    return [...this.torn].map((version) => ({ version, reason: 'it is not what was written' }))
  }

  prune(keep: number, serving?: string): void {
    const whole = this.list()
    for (const { name } of whole.slice(0, Math.max(0, whole.length - keep))) if (name !== serving) this.versions.delete(name)
  }

  /** Flips a bit of the newest version. */
  tear(): void {
    const newest = this.list().at(-1)
    if (newest !== undefined) this.torn.add(newest.name)
  }
}

/** Who saves a version goes on in its arrays, and so does who opens one. */
function copyOf({ tensors, documents, blobs }: VersionContents): VersionContents {
  const files = Object.entries(tensors).map(([file, named]): [string, Tensors] => [
    file,
    Object.fromEntries(Object.entries(named).map(([name, values]) => [name, values.slice()])),
  ])
  return { tensors: Object.fromEntries(files), documents, blobs }
}
