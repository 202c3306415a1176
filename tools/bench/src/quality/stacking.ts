import { USERS_AT_ONCE, type RankingTask, type Scorer } from './ranking-task'

/** How much each of two scorers says where both are heard. */
export type Shares = readonly [first: number, second: number]

/** Two scorers as one, whose scores are the weighted sums of theirs. */
export const stacked =
  ([first, second]: readonly [Scorer, Scorer], [a, b]: Shares): Scorer =>
  async (users) => {
    const [left, right] = [await first(users), await second(users)]
    return left.map((scores, i) => scores.map((score, item) => a * score + b * right[i][item]))
  }

/**
 * Learns how much each of two scorers says from what a task's lists should hold: a logit over all that may be listed.
 *
 * It has two parameters and one best place, to which Newton's steps lead; a step that leads down is halved.
 *
 * math    max over a, b of Σᵤ Σ_{t ∈ targetsᵤ} (sᵤₜ − ln Σⱼ e^{sᵤⱼ}),  s = a·first + b·second, from a = 1, b = 0
 * cost    both scores of all users at once in memory, and two passes over them a step
 * source  Wolpert, Stacked generalization (1992); McFadden, Conditional logit analysis of qualitative choice behavior (1974)
 */
export async function fitShares(task: RankingTask, scorers: readonly [Scorer, Scorer]): Promise<Shares> {
  const choices = await choicesOf(task, scorers)
  const at = (shares: Shares): Place => ({ shares, ...choices.map((choice) => momentsOf(choice, shares)).reduce(plus) })
  let place = at([1, 0])
  for (let next: Place | undefined = place; next; next = climb(place, at)) place = next
  return place.shares
}

/** What may be listed for a user, as both scorers see it: targets first. */
interface Choice {
  readonly targets: number
  readonly first: Float32Array
  readonly second: Float32Array
}

/** The likelihood of what was wanted, its slope in a and b, and how it bends, turned upwards. */
interface Moments {
  readonly likelihood: number
  readonly slope: Shares
  readonly bend: readonly [aa: number, ab: number, bb: number]
}

interface Place extends Moments {
  readonly shares: Shares
}

async function choicesOf({ targets, masked, rivals, items }: RankingTask, [first, second]: readonly [Scorer, Scorer]): Promise<Choice[]> {
  const judged = [...targets.keys()].filter((user) => targets[user].length > 0)
  const all = Array.from({ length: items }, (_, item) => item)
  const choices: Choice[] = []
  for (let from = 0; from < judged.length; from += USERS_AT_ONCE) {
    const users = judged.slice(from, from + USERS_AT_ONCE)
    const [left, right] = [await first(users), await second(users)]
    users.forEach((user, i) => {
      const away = new Set([...masked[user], ...targets[user]])
      const listed = [...targets[user], ...(rivals?.[user] ?? all.filter((item) => !away.has(item)))]
      const ofListed = (scores: Float32Array): Float32Array => Float32Array.from(listed, (item) => scores[item])
      choices.push({ targets: targets[user].length, first: ofListed(left[i]), second: ofListed(right[i]) })
    })
  }
  return choices
}

/** A place that is higher, or none where this is the top. */
function climb({ shares: [a, b], likelihood, slope, bend }: Place, at: (shares: Shares) => Place): Place | undefined {
  const [da, db] = newtonStep(slope, bend)
  for (let reach = 1; reach > SHORTEST; reach /= 2) {
    const place = at([a + reach * da, b + reach * db])
    if (place.likelihood > likelihood + ENOUGH) return place
  }
  return undefined
}

const SHORTEST = 1e-3
const ENOUGH = 1e-6 // nats, over all users

/** To where the parabola has its top. */
function newtonStep([ga, gb]: Shares, [aa, ab, bb]: Moments['bend']): Shares {
  const determinant = (aa + FLAT) * (bb + FLAT) - ab * ab
  return [((bb + FLAT) * ga - ab * gb) / determinant, ((aa + FLAT) * gb - ab * ga) / determinant]
}

const FLAT = 1e-9 // so that a scorer which says the same of everything stays where it is

/** math  with p the softmax of s: slope Σₜ xₜ − n·Eₚ[x], bend n·Covₚ[x], of x = (first, second) and n targets */
function momentsOf({ targets, first, second }: Choice, [a, b]: Shares): Moments {
  const scores = Float64Array.from(first, (x, j) => a * x + b * second[j])
  const top = scores.reduce((most, score) => Math.max(most, score), -Infinity)
  const p = scores.map((score) => Math.exp(score - top))
  const total = p.reduce((sum, weight) => sum + weight, 0)
  let [x, y, xx, xy, yy] = [0, 0, 0, 0, 0]
  p.forEach((weight, j) => {
    const share = weight / total
    x += share * first[j]
    y += share * second[j]
    xx += share * first[j] * first[j]
    xy += share * first[j] * second[j]
    yy += share * second[j] * second[j]
  })
  const [ofFirst, ofSecond] = [first, second].map((of) => of.subarray(0, targets).reduce((sum, value) => sum + value, 0))
  return {
    likelihood: a * ofFirst + b * ofSecond - targets * (top + Math.log(total)),
    slope: [ofFirst - targets * x, ofSecond - targets * y],
    bend: [targets * (xx - x * x), targets * (xy - x * y), targets * (yy - y * y)],
  }
}

const plus = (one: Moments, other: Moments): Moments => ({
  likelihood: one.likelihood + other.likelihood,
  slope: [one.slope[0] + other.slope[0], one.slope[1] + other.slope[1]],
  bend: [one.bend[0] + other.bend[0], one.bend[1] + other.bend[1], one.bend[2] + other.bend[2]],
})
