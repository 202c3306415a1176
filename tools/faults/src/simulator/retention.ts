import { TOPICS } from '@freshet/event-log'
import type { House } from './house'
import { PARTITIONS } from './shop'

const EVERY_MS = 90

/**
 * Lets go of what the log need not keep any more, as a broker does in its own time: of `events` and `touches`, what the older one of two
 * snapshots contains. Journal and examples are the trainer's to trim.
 */
export function retire(house: House): void {
  house.schedule.after(EVERY_MS, 'the log lets go of what is old', () => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const positions = house.snapshots.neededFrom(partition)
      if (positions === undefined) continue
      for (const topic of [TOPICS.events, TOPICS.touches]) house.log.retire({ topic, partition }, positions[topic])
    }
    if (!house.isHealed) retire(house)
  })
}
