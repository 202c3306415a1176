import { readdirSync, readFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { tellSeeds } from './tell-seeds'

const SCHEDULE_LINES = 400
const replay = async ({ seed }: { readonly seed: number }) => ({
  lines: Array.from({ length: SCHEDULE_LINES }, (_, i) => `${i} of ${seed}`),
})

/** What is said of failing seeds, and what is written. */
async function told(...seeds: number[]) {
  await using directory = await temporaryDirectory()
  const said: string[] = []
  const within = directory.within('schedules')
  const failing = seeds.map((seed) => ({ seed, rule: `rule of ${seed}` }))
  await tellSeeds(failing, { directory: within, say: (text) => said.push(text), replay })
  const files = seeds.length === 0 ? [] : readdirSync(within)
  return { said, files: new Map(files.map((file) => [file, readFileSync(`${within}/${file}`, 'utf8').trimEnd().split('\n')])) }
}

describe('seeds that saw a rule broken', () => {
  it('leave their whole schedule in a file that is named, with the rule and what replays it', async () => {
    const { said, files } = await told(9, 4)
    expect([...files.keys()].sort()).toEqual(['seed-4.txt', 'seed-9.txt'])
    expect(files.get('seed-9.txt')).toEqual((await replay({ seed: 9 })).lines)
    expect(said[0]).toMatch(/^seed 4: rule of 4\n.*seed-4\.txt, or by npm run -s bench -- simulate --seed 4$/)
  })

  it('have the end of the first one’s schedule said last, where it is seen', async () => {
    const { said } = await told(9, 4)
    const lines = said.at(-1)?.split('\n') ?? []
    expect(lines[0]).toBe('the last lines of seed 4, of 400:')
    expect([lines.length, lines.at(-1)]).toEqual([151, '399 of 4'])
  })

  it('are told of up to twenty, and nothing is said where there are none', async () => {
    expect((await told(...Array.from({ length: 30 }, (_, i) => i))).files.size).toBe(20)
    expect((await told()).said).toEqual([])
  })
})
