import { feature } from '@freshet/contracts/services'
import { call } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type House, openHouse, settingsOf } from './house.fixture'
import { runFreshet } from './processes.fixture'
import { categoryOf, clicks, event, items, learned, probabilities, recommend, send, stock } from './shop.fixture'

const GARDEN = items.map(({ itemId }) => itemId).filter((id) => categoryOf(id) === 'garden')
const SEEN = GARDEN.slice(0, 6)

let house: House

/** A model that knows what it means to like a category. */
beforeAll(async () => {
  house = await openHouse()
  await stock(house)
  await send(house, clicks(0, 1200))
  await learned(house)
})
afterAll(() => house[Symbol.asyncDispose]())

const freshet = (...args: string[]) => runFreshet(args, { cwd: house.directory.path, env: settingsOf(house) })

async function featuresOf(
  entityId: string,
): Promise<{ readonly known: boolean; readonly recent: readonly string[]; readonly total: number }> {
  const { features } = await call(house.features, 'getFeatures', { kind: feature.EntityKind.ENTITY_KIND_USER, entityId })
  const { recent, user_total: total } = features?.values ?? {}
  return { known: features?.known ?? false, recent: recent?.texts ?? [], total: total?.numbers[0] ?? NaN }
}

/** How an answer scores each item that it lists. */
async function scoresFor(whom: { readonly userId: string } | { readonly sessionId: string }): Promise<ReadonlyMap<string, number>> {
  const { items: listed } = await recommend(house, { ...whom, limit: items.length })
  return new Map(listed.map(({ itemId, score }) => [itemId, score]))
}

/** How far two answers are apart: the most by which an item of one is scored otherwise in the other. */
function distance(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  return Math.max(...[...a].map(([itemId, score]) => Math.abs(score - (b.get(itemId) ?? 0))))
}

/** How far apart an answer is from one to somebody of whom nobody has heard; of two of those a few thousandths, for each has an id of its own. */
const fromNobody = async (whom: Parameters<typeof scoresFor>[0]): Promise<number> =>
  distance(await scoresFor(whom), await scoresFor({ userId: 'nobody' }))

const likingOf = (scores: ReadonlyMap<string, number>): number => SEEN.reduce((sum, itemId) => sum + (scores.get(itemId) ?? 0), 0)

const ALIKE = 0.02
const APART = 0.04
const UNKNOWN = { known: false, recent: [], total: 0 }
const totalOf = (events: number): unknown => expect.closeTo(Math.log(1 + events) * 0.2, 5)

describe('a user who is forgotten', () => {
  const ada = { userId: 'ada' }

  it('was known by what she did, and answered by it', async () => {
    expect(await fromNobody({ userId: 'noone' })).toBeLessThan(ALIKE)
    await send(house, SEEN.map((itemId, i) => event({ ...ada, eventId: `ada-${i}`, itemId }))) // prettier-ignore
    await learned(house)
    expect(await featuresOf('ada')).toEqual({ known: true, recent: SEEN.toReversed(), total: totalOf(SEEN.length) })
    expect(await fromNobody(ada)).toBeGreaterThan(APART)
  })

  it('has no features any more, and is answered like somebody of whom nobody has heard', async () => {
    expect(await freshet('forget', 'ada')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ada is forgotten from record \d+/) })
    await learned(house)
    expect(await featuresOf('ada')).toEqual(UNKNOWN)
    expect(await fromNobody(ada)).toBeLessThan(ALIKE)
    const [hers, theirs] = await Promise.all(['ada', 'nobody'].map((userId) => probabilities(house, userId, GARDEN)))
    hers.forEach((probability, i) => expect(Math.abs(probability - theirs[i])).toBeLessThan(ALIKE))
    const { items: listed } = await recommend(house, { ...ada, limit: 10 })
    expect(listed.map(({ itemId }) => itemId)).toEqual(expect.arrayContaining([SEEN[0]])) // nor is what she had met kept from her
  })

  it('begins anew with what she does later, even what she had done before', async () => {
    await send(house, [event({ ...ada, eventId: 'ada-later', itemId: SEEN[0] })])
    await learned(house)
    expect(await featuresOf('ada')).toEqual({ known: true, recent: [SEEN[0]], total: totalOf(1) })
    await freshet('forget', 'ada')
  })
})

describe('a session that turns out to be a user', () => {
  const [session, bob] = [{ sessionId: 'web-7' }, { userId: 'bob' }]

  it('is answered by what it viewed, while its user is unknown', async () => {
    const views = [...SEEN, ...SEEN].map((itemId, i) => event({ ...session, eventId: `web-${i}`, itemId, type: 'view' }))
    await send(house, views)
    await learned(house)
    expect(await fromNobody(session)).toBeGreaterThan(APART)
    expect(await fromNobody(bob)).toBeLessThan(ALIKE)
  })

  it('shapes the answer of that user from then on, in favour of what the session viewed', async () => {
    expect(await freshet('link', 'web-7', 'bob')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^session web-7 is bob from record/),
    })
    await eventually('what the session did, at its user', async () => (await featuresOf('bob')).known)
    await learned(house)
    expect(await featuresOf('bob')).toMatchObject({ known: true, total: totalOf(2 * SEEN.length) })
    expect((await featuresOf('bob')).recent.slice(0, SEEN.length)).toEqual(SEEN.toReversed())
    expect(await fromNobody(bob)).toBeGreaterThan(APART)
    expect(likingOf(await scoresFor(bob))).toBeGreaterThan(likingOf(await scoresFor({ userId: 'nobody' })))
  })
})
