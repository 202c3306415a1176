import { installLightSignals } from './light-signals'
import { replaySeed } from './run-seeds'

const platform = { AbortController, AbortSignal }

afterEach(() => void Object.assign(globalThis, platform))

describe('light signals', () => {
  it('lead to the same schedule as those of the platform', async () => {
    const { checksum, actions } = await replaySeed({ seed: 3 })
    installLightSignals()
    const light = await replaySeed({ seed: 3 })
    expect([light.checksum, light.actions]).toEqual([checksum, actions])
  })

  it('call each listener once, in order, and none that has been taken off', () => {
    installLightSignals()
    const [a, b] = [new AbortController(), new AbortController()]
    const either = AbortSignal.any([a.signal, b.signal])
    const called: string[] = []
    const gone = (): number => called.push('gone')
    either.addEventListener('abort', gone)
    either.addEventListener('abort', () => called.push('first'))
    either.addEventListener('abort', () => called.push('second'))
    either.removeEventListener('abort', gone)
    b.abort()
    a.abort()
    expect([called, either.aborted]).toEqual([['first', 'second'], true])
    expect(AbortSignal.any([a.signal]).aborted).toBe(true)
  })
})
