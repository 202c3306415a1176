import type { TrainingLine } from './training-line'

/** Why a line does not go on, or some of its partitions; empty: it does. */
export interface StandingNotice {
  readonly kind: 'standing'
  readonly because: readonly string[]
}

/** Says when a line begins to stand still since its log is another one, in whole or in part, and when it goes on. */
export class Standing {
  private said = ''

  /** What is news of a line; undefined where nothing is. */
  news({ desk, source }: Pick<TrainingLine, 'desk' | 'source'>): StandingNotice | undefined {
    const { shortBy, position } = desk
    const because = [
      ...(shortBy > 0 ? [`the journal was read up to ${position}, and ends ${shortBy} records before`] : []),
      ...source.foreign.map(({ partition, trouble }) => `examples/${partition} ${SENTENCES[trouble]}`),
    ]
    if (because.join() === this.said) return undefined
    this.said = because.join()
    return { kind: 'standing', because }
  }
}

const SENTENCES = {
  other: 'has another record where the last one lay that was learned: it is another log',
  short: 'ends before what was learned of it: it is another log, or its brokers have not heard of its last records',
} as const
