/**
 * The examples that are bad by themselves, ascending; where none is, though all together are bad, all of them.
 *
 * cost    one look at each half of whatever is bad: about 2 log₂ n an offender
 */
export async function findOffenders(count: number, isGood: (from: number, to: number) => Promise<boolean>): Promise<number[]> {
  const found: number[] = []
  const halves: [number, number][] = [[0, count]]
  for (let next = halves.pop(); next; next = halves.pop()) {
    const [from, to] = next
    if (await isGood(from, to)) continue
    const middle = Math.floor((from + to) / 2)
    if (to - from === 1) found.push(from)
    else halves.push([middle, to], [from, middle])
  }
  return found.length > 0 ? found : Array.from({ length: count }, (_, place) => place)
}
