import { engineNamed, startEngines } from './engines'

describe('the engines that freshness is measured on', () => {
  it('are the embedded ones unless others were asked for', () => {
    expect([engineNamed(), engineNamed('embedded'), engineNamed('kafka-redis')]).toEqual(['embedded', 'embedded', 'kafka-redis'])
  })

  it('are known by name', () => {
    expect(() => engineNamed('kafka')).toThrow("--engine is 'kafka', but it is one of embedded, kafka-redis")
  })

  it('need nothing beside the services where they are embedded', async () => {
    await using engines = await startEngines('embedded')
    expect(engines.settings).toEqual({})
  })
})
