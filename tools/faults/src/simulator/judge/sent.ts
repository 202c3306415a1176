import { encoded, type MovedHistory, Touch, UserState, WaitingImpression } from '@freshet/contracts'
import { partitionOf } from '@freshet/kernel'
import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { userBytes } from './features'
import type { Read } from './read-logs'
import type { Undisturbed } from './undisturbed'

/** Touches and moved histories stand in the log as events alone give them: each number once before the next, each copy like the first. */
export function judgeSent(house: House, logs: readonly Read[], twins: readonly Undisturbed[]): void {
  for (const [source, { touches, moved }] of twins.entries()) {
    for (let target = 0; target < PARTITIONS; target++) {
      const way = (what: string): Way => ({ house, what, source, target })
      const there = logs[target]
      const toTarget = touches.filter(({ itemId }) => partitionOf(itemId, PARTITIONS) === target)
      hold(way('touch'), toTarget.map(spellTouch), there.touches.filter(isFrom(source)).map(spellTouch)) // prettier-ignore
      const histories = moved.filter(({ userId }) => partitionOf(userId, PARTITIONS) === target)
      hold(way('history'), histories.map(spellMoved), there.moved.filter(isFrom(source)).map(spellMoved)) // prettier-ignore
      house.tally.histories_moved += histories.length
    }
  }
}

interface Way {
  readonly house: House
  readonly what: string
  readonly source: number
  readonly target: number
}

/** What a number says. */
interface Said {
  readonly sequence: number
  readonly text: string
}

const isFrom =
  (source: number) =>
  ({ sourcePartition }: { readonly sourcePartition: number }): boolean =>
    sourcePartition === source

const spellTouch = (touch: Touch): Said => ({ sequence: touch.sequence, text: spellBytes(encoded(Touch, touch)) })

const spellMoved = ({ sequence, userId, sessionId, linkedMs, part }: MovedHistory): Said => ({
  sequence,
  text: `${sessionId} of ${userId} at ${linkedMs}: ${said(part)}`,
})

function said(part: MovedHistory['part']): string {
  if (part?.$case === 'userState') return spellBytes(userBytes(UserState.decode(part.userState)))
  if (part?.$case !== 'list') return ''
  const { requestId, timeMs, dueMs, closed, joined } = WaitingImpression.decode(part.list)
  return [requestId, timeMs, dueMs, closed, ...joined].join(' ')
}

const spellBytes = (bytes: Uint8Array = new Uint8Array(0)): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

function hold({ house, what, source, target }: Way, expected: readonly Said[], there: readonly Said[]): void {
  let next = 0
  for (const { sequence, text } of there) {
    const way = `${what} ${sequence} of ${source} to ${target}`
    if (sequence > next) return house.violate(`${way} stands before ${next}`)
    if (text !== expected.at(sequence)?.text) return house.violate(`${way} is ${text}, where events alone give ${expected[sequence]?.text}`)
    next = Math.max(next, sequence + 1)
  }
  if (next < expected.length) house.violate(`${source} sent ${expected.length} of ${what} to ${target}, and ${next} stand there`)
}
