import { startEngines } from './engines'

describe('the engines that freshness is measured on', () => {
  it('need nothing beside the services where they are embedded', async () => {
    await using engines = await startEngines('embedded')
    expect(engines.settings).toEqual({})
  })
})
