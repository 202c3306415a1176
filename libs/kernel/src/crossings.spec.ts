import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { cross, CROSSING_CHANNEL, CROSSINGS } from './crossings'

describe('crossings', () => {
  it('reach whoever listens, at once and in order, and nobody afterwards', () => {
    const heard: unknown[] = []
    const listen = (message: unknown): void => void heard.push(message)
    subscribe(CROSSING_CHANNEL, listen)
    for (const crossing of CROSSINGS) cross(crossing)
    unsubscribe(CROSSING_CHANNEL, listen)
    cross('batch-read')
    expect(heard).toEqual([...CROSSINGS])
  })
})
