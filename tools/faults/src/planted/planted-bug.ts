import { InvalidFieldError } from '@freshet/kernel'

/** A mistake that somebody could make, and the test that must notice it. */
export interface PlantedBug {
  /** What the mistake is, in words. */
  readonly name: string
  /** The source file, from the workspace's root. */
  readonly file: string
  /** What stands there; it stands there once. */
  readonly right: string
  /** What stands there instead. */
  readonly wrong: string
  /** The specification that must notice, from the workspace's root. */
  readonly spec: string
  /** The sentence in it that must fail: part of its full name. */
  readonly test: string
}

/**
 * The text of a file with the bug in it.
 *
 * throws  InvalidFieldError where what should stand there does not, or stands there more than once: the list has to be brought up to date
 */
export function plantInto(text: string, { name, file, right, wrong }: PlantedBug): string {
  const count = text.split(right).length - 1
  if (count === 1) return text.replace(right, () => wrong)
  const rule = `the right text of '${name}' stands in ${file} once, not ${count} times`
  throw new InvalidFieldError({ field: 'right', value: right, rule, remedy: 'give the bug the text that stands there now' })
}
