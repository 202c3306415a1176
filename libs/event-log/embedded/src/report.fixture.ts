import { isFreshetError, systemClock } from '@freshet/kernel'
import { openGroups } from './groups'

/** Joins a group and reports positions until the disk is full, then leaves; says what happened. */
async function main([directory]: readonly string[]): Promise<void> {
  const groups = openGroups({ directory, partitions: 4, clock: systemClock })
  const member = await groups.join('features', { member: 'a', onAssigned: () => undefined })
  let refusal: unknown
  for (let i = 0; refusal === undefined; i++) {
    const of = { topic: `${'of a long name '.repeat(20)}${i}`, partition: 0 }
    refusal = await member.report(of, i).then(
      () => undefined,
      (error: unknown) => (isFreshetError(error) ? error.code : String(error)),
    )
  }
  await member[Symbol.asyncDispose]()
  await groups[Symbol.asyncDispose]()
  process.send?.(refusal, () => process.disconnect())
}

void main(process.argv.slice(2))
