import { OffsetConflictError, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { compileDictionary } from '@freshet/features'
import { InvalidFieldError } from '@freshet/kernel'
import { assertHeld, enterDictionary, readDictionaries } from './dictionaries'

const TEXT = 'name: shop\nevents: { view: {} }\nuser: [{ kind: id, name: user }]\nitem: [{ kind: id, name: item }]'
const first = compileDictionary(TEXT)
const waiting = (joinWindowMs: number): string => `${TEXT}\njoinWindowMs: ${joinWindowMs}`

describe('the dictionaries of a data set', () => {
  it('begin with the one that it was made with', async () => {
    expect(await readDictionaries(openMemoryLog(), first)).toEqual({ last: undefined, current: first, first, next: 0 })
  })

  it('are numbered as they are entered; the last one holds', async () => {
    const log = openMemoryLog()
    for (const joinWindowMs of [5000, 6000]) await enterDictionary(log, first, waiting(joinWindowMs))
    const { last, current, next } = await readDictionaries(log, first)
    expect([last?.number, current.declared.joinWindowMs, next]).toEqual([2, 6000, 2])
  })

  it('are entered once: what holds already is told again, as it was', async () => {
    const log = openMemoryLog()
    expect(await enterDictionary(log, first, `${TEXT} # the same`)).toMatchObject({ number: 0, hash: first.hash })
    const entered = await enterDictionary(log, first, waiting(5000))
    expect(await enterDictionary(log, first, waiting(5000))).toEqual(entered)
    expect((await readDictionaries(log, first)).next).toBe(1)
  })

  it('are entered where only answers are arranged otherwise: of the same hash, and holding from then on', async () => {
    const log = openMemoryLog()
    const arranged = `${TEXT}\narrange: { recallWeight: 0.5 }`
    expect(await enterDictionary(log, first, arranged)).toEqual({ number: 1, hash: first.hash, text: arranged })
    expect(await enterDictionary(log, first, `${arranged} # once more`)).toMatchObject({ number: 1 })
    expect((await readDictionaries(log, first)).current.declared.arrange.recallWeight).toBe(0.5)
    expect(await enterDictionary(log, first, TEXT)).toMatchObject({ number: 2, hash: first.hash })
    expect((await readDictionaries(log, first)).current.declared.arrange).toEqual(first.declared.arrange)
  })

  it('refuse what is none, and what the data set cannot go on with; nothing is entered then', async () => {
    const log = openMemoryLog()
    await expect(enterDictionary(log, first, 'name: 7')).rejects.toThrow(InvalidFieldError)
    await expect(enterDictionary(log, first, TEXT.replace('name: shop', 'name: house'))).rejects.toThrow(InvalidFieldError)
    await expect(enterDictionary(log, first, TEXT + ' '.repeat(300_000))).rejects.toThrow('has at most 262144 characters')
    expect((await readDictionaries(log, first)).next).toBe(0)
  })

  it('let one of two who enter at the same moment through', async () => {
    const log = openMemoryLog()
    const late: EventLog = {
      ...log,
      appendIf: async (to, expected, entry) => {
        await enterDictionary(log, first, waiting(5000))
        return log.appendIf(to, expected, entry)
      },
    }
    await expect(enterDictionary(late, first, waiting(6000))).rejects.toThrow(OffsetConflictError)
    expect((await readDictionaries(log, first)).current.declared.joinWindowMs).toBe(5000)
  })

  it('let a data set be opened with the one that holds, and with those that held before: processes start as they were configured', async () => {
    const log = openMemoryLog()
    for (const joinWindowMs of [5000, 6000]) await enterDictionary(log, first, waiting(joinWindowMs))
    const dictionaries = await readDictionaries(log, first)
    const opened = (text: string): Promise<void> =>
      assertHeld(log, dictionaries, { asked: compileDictionary(text), directory: '/data/shop' })
    for (const text of [TEXT, waiting(5000), waiting(6000)]) await expect(opened(text)).resolves.toBeUndefined()
    await expect(opened(waiting(7000))).rejects.toThrow(
      /^in \/data\/shop feature dictionary \w+ holds since change 2, not \w+; .*freshet dictionary set FILE/,
    )
  })
})
