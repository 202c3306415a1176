import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plantInto } from '../planted-bug'
import { PLANTED } from '.'

const ROOT = join(__dirname, '..', '..', '..', '..', '..')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** What adapters are held to stands with their ports. */
const CONTRACTS = ['libs/event-log/port/src/contract', 'libs/online-store/port/src/contract'].flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((file) => join(folder, file)),
)

describe('the planted bugs', () => {
  it('are twenty at least, each with a name of its own', () => {
    expect(PLANTED.length).toBeGreaterThanOrEqual(20)
    expect(new Set(PLANTED.map(({ name }) => name)).size).toBe(PLANTED.length)
  })

  it.each(PLANTED.map((bug) => [bug.name, bug] as const))('can be planted: %s', (_, bug) => {
    expect(plantInto(read(bug.file), bug)).toContain(bug.wrong)
  })

  it.each(PLANTED.map((bug) => [bug.name, bug] as const))('are to be noticed by a test that is there: %s', (_, { spec, test }) => {
    expect(existsSync(join(ROOT, spec))).toBe(true)
    const texts = [spec, ...CONTRACTS].map(read)
    expect(texts.some((text) => text.includes(test))).toBe(true)
  })
})
