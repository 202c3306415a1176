import { openTelemetry } from './telemetry'

const sampleOf = async (telemetry: ReturnType<typeof openTelemetry>, line: RegExp): Promise<string[]> =>
  (await telemetry.registry.metrics()).split('\n').filter((each) => line.test(each))

describe('what a process counts of its work', () => {
  it('is each call by its method and status, how long it took, and how many are under way', async () => {
    const telemetry = openTelemetry('shop')
    for (let i = 0; i < 4; i++) telemetry.began()
    telemetry.ended({ method: 'Ranker/Rank', code: 'OK', durationMs: 3 })
    telemetry.ended({ method: 'Ranker/Rank', code: 'OK', durationMs: 700 })
    telemetry.ended({ method: 'Ranker/Rank', code: 'NOT_FOUND', durationMs: 0.4 })
    expect(await sampleOf(telemetry, /^freshet_calls_total\{/)).toEqual([
      'freshet_calls_total{method="Ranker/Rank",code="OK",service="shop"} 2',
      'freshet_calls_total{method="Ranker/Rank",code="NOT_FOUND",service="shop"} 1',
    ])
    expect(await sampleOf(telemetry, /^freshet_calls_in_flight/)).toEqual(['freshet_calls_in_flight{service="shop"} 1'])
    expect(await sampleOf(telemetry, /^freshet_call_seconds_bucket\{le="(0.0005|0.005|0.5|1|\+Inf)"/)).toEqual(
      ['0.0005"#1', '0.005"#2', '0.5"#2', '1"#3', '+Inf"#3'].map(
        (bucket) => `freshet_call_seconds_bucket{le="${bucket.replace('#', ',service="shop",method="Ranker/Rank"} ')}`,
      ),
    )
    const [sum] = await sampleOf(telemetry, /^freshet_call_seconds_sum/)
    expect(Number(sum.split(' ')[1])).toBeCloseTo(0.7034, 9)
  })

  it('is of one process: another counts for itself', async () => {
    const [one, other] = [openTelemetry('one'), openTelemetry('other')]
    one.began()
    expect(await sampleOf(other, /^freshet_calls_in_flight/)).toEqual(['freshet_calls_in_flight{service="other"} 0'])
  })

  it('tells of the process itself under the name of the service', async () => {
    const found = await sampleOf(openTelemetry('shop'), /^freshet_process_resident_memory_bytes/)
    expect(found).toEqual([expect.stringMatching(/\{service="shop"\} \d{7,}$/)])
  })
})
