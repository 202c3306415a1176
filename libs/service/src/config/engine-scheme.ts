/** Which engine an address names: what stands before `://`, or all of it. The rest may hold passwords. */
export const schemeOf = (engine: string): string => engine.split('://', 1)[0]
