/** The system's name of an error, such as EADDRINUSE; undefined for errors that have none. */
export const systemCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
