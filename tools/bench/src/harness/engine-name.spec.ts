import { engineNamed } from './engine-name'

describe('the engines that benches run on', () => {
  it('are the embedded ones unless others were asked for', () => {
    expect([engineNamed(), engineNamed('embedded'), engineNamed('kafka-redis')]).toEqual(['embedded', 'embedded', 'kafka-redis'])
  })

  it.each(['kafka', 'toString', ''])('are known by name, and %p is none', (name) => {
    expect(() => engineNamed(name)).toThrow(`--engine is '${name}', but it is one of embedded, kafka-redis`)
  })
})
