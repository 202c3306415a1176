/** The topics that a partition is folded from, as its position vector names them. */
export const SOURCES = ['events', 'touches', 'catalog'] as const

/** One of them. */
export type Source = (typeof SOURCES)[number]
