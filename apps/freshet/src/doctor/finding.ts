/** What a look at one thing found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string
  /** `odd` works, and is worth knowing; `wrong` has to be mended. */
  readonly state: 'good' | 'odd' | 'wrong'
  readonly says: string
  /** What to do about it; absent where all is good. */
  readonly remedy?: string
}

/** Whether something has to be mended. */
export const isWrong = ({ state }: Finding): boolean => state === 'wrong'

/** 1610612736 as people read it. */
export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
