import { loadConfig } from '@freshet/service'
import { temporaryDirectory } from '@freshet/testing'
import { freeAddress } from '../all-in-one'
import { doctorText } from './doctor-text'
import { examine, type Examination } from './examine'
import type { Finding } from './finding'
import { providerFindings } from './provider-findings'
import type { Trial } from './step-trial'

const EXACT = { output: 'dense', isBitEqual: true, differenceMax: 0, ulps: 0 }
const apart = (ulps: number) => ({ output: 'rowGradients', isBitEqual: false, differenceMax: 1.25e-7, ulps })

async function examined(given: Partial<Examination>, providers = ['cpu']): Promise<Finding[]> {
  await using directory = await temporaryDirectory()
  const [grpc, nowhere] = [await freeAddress(), { grpc: '', http: '' }]
  const alone = { ingest: nowhere, featureStore: nowhere, trainer: nowhere, migrator: nowhere, ranker: nowhere }
  const overrides = { ...alone, providers, data: directory.path, all: { grpc, http: '' } }
  return await examine({
    config: loadConfig({ env: {}, overrides }),
    machine: { node: 'v22.1.0', cores: 8, memoryBytes: 2 ** 34, availableBytes: 2 ** 33 },
    offered: ['cpu', 'cuda'],
    tryProvider: async (provider) => (provider === 'cpu' ? { provider, stepMs: 3, comparison: EXACT } : { provider, reason: 'no device' }),
    ...given,
  })
}

describe('an examination', () => {
  it('looks at everything, and at each provider that is offered', async () => {
    const findings = await examined({})
    expect(findings.map(({ check }) => check)).toEqual([
      ...['Node', 'processor', 'memory', 'data folder', 'free disk', 'ports of `up`', 'ports of services alone'],
      ...['event log', 'online store', 'provider cpu', 'provider cuda'],
    ])
    expect(findings.filter(({ state }) => state === 'wrong')).toEqual([])
  })

  it('finds a preference for what is not offered wrong, before a service refuses it', async () => {
    expect((await examined({}, ['tpu'])).filter(({ state }) => state === 'wrong')).toEqual([
      {
        check: 'providers',
        state: 'wrong',
        says: "providers is 'tpu', but the installed ONNX Runtime offers cpu, cuda",
        remedy: 'name some of these, the preferred one first',
      },
    ])
  })

  it('tries one provider after the other: each is timed', async () => {
    let [running, most] = [0, 0]
    const tryProvider = async (provider: string): Promise<Trial> => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running--
      return { provider, stepMs: 1, comparison: EXACT }
    }
    await examined({ tryProvider })
    expect(most).toBe(1)
  })
})

describe('what a trial says of a provider', () => {
  const found = (trial: Omit<Trial, 'provider'>, preferred: string[] = []) =>
    providerFindings([{ provider: 'cuda', ...trial }], preferred)[0]

  it('is wrong only of one that is preferred, and cannot be used', () => {
    expect(found({ reason: 'no device' })).toMatchObject({
      state: 'good',
      says: 'cannot be used: no device (`providers` does not ask for it)',
    })
    expect(found({ reason: 'no device' }, ['cuda'])).toMatchObject({ state: 'wrong', remedy: expect.stringContaining('remove it there') })
  })

  it('names the output that is furthest apart, in ulps, and how many are allowed', () => {
    expect(found({ stepMs: 2.345, comparison: apart(12.34) })).toEqual({
      check: 'provider cuda',
      state: 'good',
      says: "a step in 2.3 ms, rowGradients differs from the CPU's by up to 1.2e-7: 12.3 ulps of its largest value, 256 are allowed",
    })
    expect(found({ stepMs: 2, comparison: apart(4096) }).state).toBe('odd')
    expect(found({ stepMs: 2, comparison: apart(4096) }, ['cuda']).state).toBe('wrong')
  })
})

describe('the text', () => {
  const good: Finding = { check: 'Node', state: 'good', says: 'v22' }

  it('has a line each, then what to do', () => {
    const wrong: Finding = { check: 'free disk', state: 'wrong', says: '0.1 GiB are free', remedy: 'free some' }
    expect(doctorText([good, wrong])).toBe(
      ['good   Node       v22', 'WRONG  free disk  0.1 GiB are free', '', 'free disk: free some', '', 'one thing is wrong'].join('\n'),
    )
  })

  it('says what comes next where all is well', () => {
    expect(doctorText([good])).toBe('good  Node  v22\n\nnothing is wrong: npx freshet up --demo')
  })
})
