import { setImmediate } from 'node:timers/promises'
import { UnavailableError } from '@freshet/kernel'
import { nameOf } from './extents'
import type { Link, Place } from './link'

/** Which end of a partition. */
export type End = 'first' | 'next'

/** Asks where partitions begin and end; what is asked in one turn of the event loop goes out as one request per broker. */
export class Offsets {
  private readonly asking = new Map<End, { readonly places: Place[]; readonly answer: Promise<ReadonlyMap<string, number>> }>()

  constructor(private readonly link: Pick<Link, 'know' | 'refresh'> & { readonly cluster: Pick<Link['cluster'], 'fetchTopicsOffset'> }) {}

  /** The first offset that is kept, or the next that will be given: as of after this call. */
  async ask(end: End, place: Place): Promise<number> {
    let round = this.asking.get(end)
    if (!round) {
      const places: Place[] = []
      round = { places, answer: this.send(end, places) }
      this.asking.set(end, round)
    }
    round.places.push(place)
    const offset = (await round.answer).get(nameOf(place))
    if (offset !== undefined) return offset
    throw new UnavailableError(`a leader of ${nameOf(place)}`, 'wait until the brokers have chosen one')
  }

  private async send(end: End, places: readonly Place[]): Promise<ReadonlyMap<string, number>> {
    await setImmediate()
    this.asking.delete(end)
    const topics = new Map<string, Set<number>>()
    for (const { topic, partition } of places) topics.set(topic, (topics.get(topic) ?? new Set()).add(partition))
    const wanted = [...topics].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions].map((partition) => ({ partition })),
      fromBeginning: end === 'first',
    }))
    try {
      const offsets = await this.fetch(wanted)
      if (places.some((place) => !offsets.has(nameOf(place)))) await this.renew()
      return offsets
    } catch (error) {
      await this.renew()
      throw error
    }
  }

  private async fetch(wanted: Wanted): Promise<ReadonlyMap<string, number>> {
    for (const { topic } of wanted) await this.link.know(topic)
    const answers = await this.link.cluster.fetchTopicsOffset(wanted)
    return new Map(
      answers.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }): [string, number] => [nameOf({ topic, partition }), Number(offset)]),
      ),
    )
  }

  /** What was heard of leaders in a bad moment would be believed for minutes: while brokers come and go, a partition may have none. */
  private async renew(): Promise<void> {
    await this.link.refresh().catch(() => {}) // the next try says what is wrong
  }
}

type Wanted = Parameters<Link['cluster']['fetchTopicsOffset']>[0]
