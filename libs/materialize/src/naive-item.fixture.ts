import type { Item, ItemState, Touch } from '@freshet/contracts'
import { type Declared, type NaiveWindow, counted, shapesOf, sum, windowMessage } from './naive-lists.fixture'

type Facts = Pick<Touch, 'type' | 'timeMs' | 'impressed' | 'value' | 'residual'>

/** An item as the list of what was done to it, and what the catalogue said last. */
export class NaiveItem {
  readonly done: Facts[] = []
  readonly windows = new Map<string, NaiveWindow>()
  attributes: Item['attributes'] = {}
  known = false
  unavailable = false
  createdMs = 0

  touched({ item }: Declared, touch: Facts): void {
    for (const shape of shapesOf(item).filter(({ types }) => types.includes(touch.type)))
      this.windows.set(shape.name, counted(this.windows.get(shape.name), shape, { ...shape, timesMs: [touch.timeMs] }))
    this.done.push(touch)
  }

  /** Deeds that a judgement came with. */
  get judged(): { readonly value: number; readonly residual: number }[] {
    return this.done.flatMap(({ value, residual }) => (value === undefined || residual === undefined ? [] : [{ value, residual }]))
  }

  get deeds(): readonly Facts[] {
    return this.done.filter(({ impressed }) => !impressed)
  }

  mean({ value: { prior, weight } }: Declared): number {
    return (prior * weight + sum(this.judged.map(({ value }) => value))) / (weight + this.judged.length)
  }

  bias({ value: { weight } }: Declared): number {
    return sum(this.judged.map(({ residual }) => residual)) / (weight + this.judged.length)
  }

  get lastMs(): number {
    return Math.max(0, ...this.deeds.map(({ timeMs }) => timeMs))
  }

  /** As it should be remembered; what comes of quotients is near it. */
  message(): ItemState {
    const { attributes, known, unavailable, createdMs, judged } = this
    return {
      attributes,
      known,
      unavailable,
      createdMs,
      windows: Object.fromEntries([...this.windows].map(([name, window]) => [name, windowMessage(window)])),
      lastTouchedMs: this.lastMs,
      events: this.deeds.length,
      valueSum: sum(judged.map(({ value }) => value)),
      valueCount: judged.length,
      residualSum: expect.closeTo(sum(judged.map(({ residual }) => residual)), 6) as number,
    }
  }
}
