import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaySeed } from '@freshet/faults/simulator'

/** A seed that saw a rule broken. */
export interface FailingSeed {
  readonly seed: number
  readonly rule: string
}

/** Where schedules go. */
export interface TellingScope {
  /** A folder, made where it is not there; what lies in it stays. */
  readonly directory: string
  readonly say: (text: string) => void
  readonly replay?: (options: { readonly seed: number }) => Promise<{ readonly lines: readonly string[] }>
}

const WRITTEN_MAX = 20 // the first tell enough
const LINES_SAID = 150 // from the cause to the violation it is mostly less

/** Replays the seeds that saw a rule broken: the whole schedule of each into a file, and how the first one's ends to whoever reads along. */
export async function tellSeeds(failing: readonly FailingSeed[], { directory, say, replay = replaySeed }: TellingScope): Promise<void> {
  const inOrder = [...failing].sort((a, b) => a.seed - b.seed).slice(0, WRITTEN_MAX)
  const ends: string[] = []
  for (const { seed, rule } of inOrder) {
    const { lines } = await replay({ seed })
    mkdirSync(directory, { recursive: true })
    const file = join(directory, `seed-${seed}.txt`)
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
    say(`seed ${seed}: ${rule}\n  its schedule: ${file}, or by npm run -s bench -- simulate --seed ${seed}`)
    if (ends.length === 0) ends.push(`the last lines of seed ${seed}, of ${lines.length}:`, ...lines.slice(-LINES_SAID))
  }
  if (ends.length > 0) say(ends.join('\n'))
}
