import { UnavailableError } from '@freshet/kernel'
import { START, type Standing } from '@freshet/online-store'
import { SeenCatalogues, type SeenPartition } from './seen-catalogues'

const seen = (catalog: number, more: Partial<Standing> = {}): SeenPartition => ({
  ...{ partition: 3, at: { ...START, catalog, ...more }, isRestoring: false },
})
const restoring = (lineage: string): SeenPartition => ({ ...seen(9, { lineage }), isRestoring: true })

describe('what a process has seen of the catalogues', () => {
  it('is enough where nothing was seen yet: what is unknown there may be unknown in truth', () => {
    const catalogues = new SeenCatalogues()
    expect(() => catalogues.assertWhole(seen(0))).not.toThrow()
    expect(catalogues.lackOf(seen(4))).toBeUndefined()
    expect(catalogues.furthestOf(3)).toBe(4)
    expect(catalogues.furthestOf(2)).toBe(0)
  })

  it('is missed by a partition that comes back with less, empty or as it was, until it has as much again', () => {
    const catalogues = new SeenCatalogues()
    catalogues.assertWhole(seen(9))
    for (const catalog of [0, 8]) expect(() => catalogues.assertWhole(seen(catalog))).toThrow(UnavailableError)
    expect(() => catalogues.assertWhole(seen(8))).toThrow(
      'the catalogue of partition 3 up to 9 is not available; its store has lost it, and is at 8; events wait until it is brought back',
    )
    expect(() => catalogues.assertWhole({ ...seen(0), partition: 2 })).not.toThrow()
    expect(() => catalogues.assertWhole(seen(9, { lineage: 'another' }))).not.toThrow()
  })

  it('is missed while a partition is being brought back, which stands at its end from the first commit on', () => {
    const catalogues = new SeenCatalogues()
    expect(() => catalogues.assertWhole(restoring('a'))).toThrow('is being restored, by commit a')
    expect(catalogues.furthestOf(3)).toBe(0)
  })

  it('is held to a further end where one is given', () => {
    const catalogues = new SeenCatalogues()
    expect(catalogues.lackOf(seen(4), 5)).toBe('at 4')
    expect(catalogues.lackOf(seen(5), 5)).toBeUndefined()
  })

  it.each([
    ['that lags', seen(4), seen(5)],
    ['whose restoration was given up', restoring('a'), restoring('b')],
  ])('is excused to a partition %s, for as long as it does not move', (_, still, moved) => {
    const catalogues = new SeenCatalogues()
    catalogues.assertWhole(seen(9))
    catalogues.excuse(3, catalogues.lackOf(still) ?? '')
    expect(() => catalogues.assertWhole(still)).not.toThrow()
    expect(() => catalogues.assertWhole(moved)).toThrow(UnavailableError)
    catalogues.assertWhole(seen(9))
    expect(() => catalogues.assertWhole(still)).toThrow(UnavailableError)
  })

  it('is forgotten with a log that no longer reaches as far', () => {
    const catalogues = new SeenCatalogues()
    catalogues.assertWhole(seen(9))
    catalogues.forget(3)
    expect(() => catalogues.assertWhole(seen(5))).not.toThrow()
    expect(catalogues.furthestOf(3)).toBe(5)
  })
})
