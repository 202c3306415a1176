/** What a `map` of a message holds under a key, which anybody may have chosen: the map is a plain object. Never what every object inherits, such as `constructor`. */
export const entryOf = <T>(of: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  of !== undefined && Object.hasOwn(of, key) ? of[key] : undefined

/** Puts a value under a key, and returns it: also under `__proto__`, where an assignment would change what the object is. */
export function putEntry<T>(into: Record<string, T>, key: string, value: T): T {
  if (key === '__proto__') Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true })
  else into[key] = value
  return value
}
