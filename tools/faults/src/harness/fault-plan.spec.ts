import { CROSSINGS } from '@freshet/kernel'
import { type EngineFault, type Fault, HOME, spellFault } from './fault'
import { planFaults } from './fault-plan'

const scope = { seed: 3, engineFaults: [] }
const ENGINE_FAULTS: readonly EngineFault[] = ['log-killed', 'log-cut', 'store-killed', 'store-emptied']
const killedAt = (plan: readonly Fault[]): string[] =>
  plan.flatMap((fault) => (fault.kind === 'strike' && fault.signal === 'SIGKILL' ? [fault.crossing] : []))

describe('planFaults', () => {
  it('gives the same plan for the same seed, and another for another', () => {
    expect(planFaults(30, scope)).toEqual(planFaults(30, scope))
    expect(planFaults(30, scope)).not.toEqual(planFaults(30, { ...scope, seed: 4 }))
  })

  it('begins as a longer plan does', () => {
    expect(planFaults(50, scope).slice(0, 7)).toEqual(planFaults(7, scope))
  })

  it('begins with what recovery is measured by, so that the shortest plan measures it', () => {
    for (const seed of [1, 2, 3])
      expect(planFaults(2, { ...scope, seed }).map(spellFault)).toEqual(['owner killed', 'owner and follower killed'])
  })

  it('meets an owner, a feature store and an engine in its first four', () => {
    for (const seed of [1, 2, 3]) {
      const [owner, cold, folding, engine] = planFaults(4, { seed, engineFaults: ENGINE_FAULTS })
      expect([owner, cold].map(spellFault)).toEqual(['owner killed', 'owner and follower killed'])
      expect(folding).toMatchObject({ kind: 'strike', signal: 'SIGKILL' })
      expect(engine.kind).toBe('engine-strike')
      expect(spellFault(folding)).toMatch(/^feature-store killed at (batch|outbox)/)
      expect(spellFault(engine)).toMatch(/^(log|store) .* with the feature-store at (batch|outbox)/)
    }
  })

  it('kills at each of the crossings once a round', () => {
    const [round] = [planFaults(23, scope).slice(3)]
    expect(killedAt(round).sort()).toEqual([...CROSSINGS].sort())
    expect(round.filter((fault) => fault.kind === 'strike' && fault.signal === 'SIGSTOP')).toHaveLength(2)
  })

  it('stops processes at every crossing, over enough seeds', () => {
    const stopped = new Set<string>()
    for (let seed = 0; seed < 40; seed++)
      for (const fault of planFaults(23, { ...scope, seed }))
        if (fault.kind === 'strike' && fault.signal === 'SIGSTOP') stopped.add(fault.crossing)
    expect([...stopped].sort()).toEqual([...CROSSINGS].sort())
  })

  it('waits for a second coming only where there is one', () => {
    for (const fault of planFaults(200, scope))
      if (fault.kind === 'strike' && fault.crossing === 'version-renamed') expect(fault.passes).toBe(0)
    expect(planFaults(200, scope).some((fault) => fault.kind === 'strike' && fault.passes > 0)).toBe(true)
  })

  it('spreads what the engines of a back end may suffer among the rest', () => {
    const engineFaults = ['log-killed', 'store-emptied'] as const
    const plan = planFaults(32, { ...scope, engineFaults }).map(spellFault)
    expect(plan).toEqual(expect.arrayContaining(['log killed', 'store emptied']))
  })

  it('lets each engine fault meet each crossing within a few seeds, and processes go on before and after', () => {
    const met = new Set<string>()
    const goingOn = new Set<string>()
    for (let seed = 200; seed < 207; seed++)
      // seven rounds of six are forty pairs
      for (const fault of planFaults(34, { seed, engineFaults: ENGINE_FAULTS }).slice(4)) {
        if (fault.kind !== 'engine-strike') continue
        met.add(`${fault.engine} at ${fault.crossing}`)
        goingOn.add(`${HOME[fault.crossing]} ${fault.goesOn}`)
      }
    expect([...met].sort()).toEqual(ENGINE_FAULTS.flatMap((engine) => CROSSINGS.map((crossing) => `${engine} at ${crossing}`)).sort())
    expect(goingOn.size).toBe(6)
  })

  it('has several processes stand still for an engine in every round', () => {
    const round = planFaults(34, { seed: 9, engineFaults: ENGINE_FAULTS }).slice(4)
    expect(round.filter(({ kind }) => kind === 'engine-strike')).toHaveLength(6)
  })
})

describe('spellFault', () => {
  it('says in a few words what happens to whom', () => {
    expect(spellFault({ kind: 'strike', crossing: 'batch-read', passes: 3, signal: 'SIGSTOP' })).toBe('feature-store stopped at batch-read')
    expect(spellFault({ kind: 'target-killed' })).toBe('target of a move killed once granted')
    expect(spellFault({ kind: 'engine-strike', crossing: 'record-appended', passes: 0, engine: 'log-killed', goesOn: 'meanwhile' })).toBe(
      'log killed with the ingest at record-appended, which goes on meanwhile',
    )
  })
})
