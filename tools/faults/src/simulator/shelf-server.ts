import { CorruptError, NotFoundError } from '@freshet/kernel'
import { VersionExistsError } from '@freshet/model-store'
import type { HeldVersion, Tensors, VersionFacts, VersionShelf } from '@freshet/training'

import type { Met } from './tally'

type Damaged = Awaited<ReturnType<VersionShelf['damaged']>>

interface KeptVersion {
  readonly facts: VersionFacts
  readonly contents: HeldVersion['contents']
}

/** Versions on a disk that several trainers share: a save appears whole or not at all. */
export class ShelfServer {
  readonly versions = new Map<string, KeptVersion>()
  private readonly torn = new Set<string>()

  constructor(private readonly met: Met = () => {}) {}

  /** Writes a version; a torn one of the same name goes. */
  save(facts: VersionFacts, contents: HeldVersion['contents']): void {
    if (this.versions.has(facts.name) && !this.torn.has(facts.name)) throw new VersionExistsError(facts.name)
    this.torn.delete(facts.name)
    this.versions.set(facts.name, { facts, contents })
  }

  list(): readonly VersionFacts[] {
    const whole = [...this.versions.values()].filter(({ facts }) => this.blameOf(facts.name) === undefined)
    return whole.map(({ facts }) => facts).sort((a, b) => a.journalOffset - b.journalOffset || a.step - b.step || a.createdMs - b.createdMs)
  }

  /** A version with the layers of all that it builds upon: it stands for itself. */
  load(name: string): KeptVersion {
    const found = this.versions.get(name)
    if (found === undefined) throw new NotFoundError('version', name, 'list the versions there are')
    const blamed = this.blameOf(name)
    if (blamed !== undefined) throw new CorruptError(blamed, 'it is not what was written', 'use the version before it')
    const table = this.lineageOf(name).flatMap((each) => [...(this.versions.get(each)?.contents.table ?? [])])
    return { facts: found.facts, contents: { ...copyOf(found.contents), table } }
  }

  damaged(): Damaged {
    const broken = [...this.versions.keys()].filter((name) => this.blameOf(name) !== undefined)
    return broken.map((version) => ({ version, reason: 'it is not what was written' }))
  }

  setAside(name: string): void {
    this.versions.delete(name)
  }

  prune(keep: number, serving?: string): void {
    const whole = this.list()
    const full = whole.filter(({ kind }) => kind === 'full').map(({ name }) => name)
    const newest = full.slice(Math.max(0, full.length - keep))
    const kept = whole.filter(({ name }) => name === serving || newest.includes(this.lineageOf(name)[0]))
    const needed = new Set(kept.flatMap(({ name }) => this.lineageOf(name)))
    for (const { name } of whole) if (!needed.has(name)) this.versions.delete(name)
  }

  /** Flips a bit of the newest version; false where there is none. */
  tear(): boolean {
    const newest = this.list().at(-1)
    if (newest === undefined) return false
    this.torn.add(newest.name)
    this.met('versions_torn')
    return true
  }

  /** The version, of those that make up this one, that is missing or torn. */
  private blameOf(name: string): string | undefined {
    return this.lineageOf(name).find((each) => !this.versions.has(each) || this.torn.has(each))
  }

  /** A full version and the increments above it, up to this one. */
  private lineageOf(name: string): string[] {
    const facts = this.versions.get(name)?.facts
    return facts?.kind === 'increment' ? [...this.lineageOf(facts.parent), name] : [name]
  }
}

/** Who opens a version goes on in its arrays. */
function copyOf({ tensors, documents, blobs }: HeldVersion['contents']): Omit<HeldVersion['contents'], 'table'> {
  const files = Object.entries(tensors).map(([file, named]): [string, Tensors] => [
    file,
    Object.fromEntries(Object.entries(named).map(([name, values]) => [name, values.slice()])),
  ])
  return { tensors: Object.fromEntries(files), documents, blobs }
}
