import { builtInDictionary, compileDictionary } from '@freshet/features'
import { ADDED, DICTIONARY, planChanges, spellChange } from './changes'

const house = { seed: 7, users: 300 }

describe('the changes of a siege', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(planChanges(40, house)).toEqual(planChanges(40, house))
    expect(planChanges(40, house)).not.toEqual(planChanges(40, { ...house, seed: 8 }))
  })

  it('change the dictionary once, early, and forget some users all along', () => {
    for (const seed of [1, 2, 3, 4]) {
      const changes = planChanges(40, { ...house, seed })
      expect(changes).toHaveLength(40)
      const at = changes.flatMap((change, i) => (change?.kind === 'dictionary' ? [i] : []))
      expect(at).toHaveLength(1)
      expect(at[0]).toBeLessThanOrEqual(10)
      expect(changes.filter((change) => change?.kind === 'forget').length).toBeGreaterThan(10)
    }
  })

  it('bring both even where there are four faults', () => {
    for (const seed of [1, 2, 3, 4]) {
      const kinds = planChanges(4, { ...house, seed }).map((change) => change?.kind)
      expect(kinds).toEqual(expect.arrayContaining(['dictionary', 'forget']))
    }
  })

  it('are said in a few words', () => {
    expect([spellChange({ kind: 'dictionary' }), spellChange({ kind: 'forget', userId: 'u7' })]).toEqual([
      'the dictionary changed',
      'u7 forgotten',
    ])
  })
})

describe('the dictionary of later', () => {
  const [before, after] = [compileDictionary(builtInDictionary(DICTIONARY)), compileDictionary(ADDED)]

  it('has a feature more of each part, and the same model', () => {
    const names = (part: 'user' | 'item' | 'cross'): string[] =>
      after.declared[part].map(({ name }) => name).filter((name) => !before.declared[part].some((feature) => feature.name === name))
    expect([names('user'), names('item'), names('cross')]).toEqual([['user_hours'], ['item_events'], ['user_item']])
    expect(after.declared.model).toEqual(before.declared.model)
  })
})
