import { OffsetOutOfRangeError } from '@freshet/event-log'
import { PreconditionError, UnavailableError } from '@freshet/kernel'
import { fakeClock, type FakeClock } from '@freshet/testing'
import { failureOf, isOutOfRange, isPassing, meaningOf } from './failures'
import { HealthRecord, keepAsking } from './health'
import { Patience } from './patience'

/** An error as kafkajs makes them. */
const kafka = (name: string, facts: { type?: string; retriable?: boolean; cause?: Error; errors?: Error[] } = {}): Error =>
  Object.assign(new Error(`it said ${name}`, { cause: facts.cause }), { name, retriable: true, ...facts })

const lost = kafka('KafkaJSConnectionClosedError')
const denied = kafka('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED', retriable: false })

describe('a failure of kafkajs', () => {
  it('is what it wraps, however often', () => {
    const wrapped = kafka('KafkaJSNonRetriableError', { retriable: false, cause: kafka('KafkaJSNumberOfRetriesExceeded', { cause: lost }) })
    expect(failureOf(wrapped)).toMatchObject({ name: 'KafkaJSConnectionClosedError', mayPass: true })
    expect(failureOf(kafka('KafkaJSAggregateError', { errors: [denied] }))).toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
  })

  it('passes unless the brokers refuse for good', () => {
    expect([lost, denied, kafka('KafkaJSLockTimeout', { retriable: false }), 'a string'].map(isPassing)).toEqual([true, false, true, true])
    expect(isPassing(new OffsetOutOfRangeError({ topic: 'a', partition: 0 }, 9, 0, 5))).toBe(false)
    expect(isOutOfRange(kafka('KafkaJSOffsetOutOfRange', { type: 'OFFSET_OUT_OF_RANGE' }))).toBe(true)
  })

  it.each(['Closed connection', 'Connection error: read ECONNRESET', 'Request SaslAuthenticate(key: 36, version: 1) timed out'])(
    'passes where a broker went away while it was told who one is: %s',
    (how) => {
      const interrupted = Object.assign(kafka('KafkaJSSASLAuthenticationError', { retriable: false }), {
        message: `SASL SCRAM SHA256 authentication failed: ${how}`,
      })
      expect(isPassing(interrupted)).toBe(true)
      expect(meaningOf(interrupted, 'a:1')).toBeInstanceOf(UnavailableError)
    },
  )

  it('means that Kafka is away, or what to do about a refusal', () => {
    expect(meaningOf(lost, 'a:1')).toBeInstanceOf(UnavailableError)
    expect(meaningOf(lost, 'a:1').message).toBe(
      'Kafka at a:1 is not available; it said: it said KafkaJSConnectionClosedError; see that a broker listens there, then send it again',
    )
    expect(meaningOf(denied, 'a:1')).toBeInstanceOf(PreconditionError)
    expect(meaningOf(denied, 'a:1').message).toContain('grant this user')
    const unsupported = Object.assign(kafka('KafkaJSSASLAuthenticationError', { retriable: false }), {
      message: 'SASL SCRAM-SHA-256 mechanism is not supported by the server',
    })
    expect(meaningOf(unsupported, 'a:1').message).toContain('configure a mechanism that the brokers offer')
    expect(meaningOf(kafka('KafkaJSProtocolError', { retriable: false }), 'a:1').message).toContain('see the configuration of the brokers')
  })
})

/** Patience of ten seconds, and what it says of itself. */
function patient(): { clock: FakeClock; health: HealthRecord; patience: Patience; closed: AbortController } {
  const clock = fakeClock()
  const health = new HealthRecord(clock, 'a:1')
  const closed = new AbortController()
  return { clock, health, closed, patience: new Patience({ clock, health, brokers: 'a:1', deadlineMs: 10_000, closed: closed.signal }) }
}

describe('patience', () => {
  it('tries nothing once the log is closed: it would connect anew', async () => {
    const { patience, closed } = patient()
    const attempt = jest.fn(async () => 'done')
    closed.abort()
    await expect(patience.during(attempt)).rejects.toThrow('the log is not available; it was closed; open it again')
    expect(attempt).toHaveBeenCalledTimes(0)
  })

  it('tries what may pass again, with growing pauses', async () => {
    const { clock, patience } = patient()
    const tries: number[] = []
    const outcome = patience.during(async () => {
      tries.push(clock.nowMs())
      if (tries.length < 6) throw lost
      return 'done'
    })
    await clock.advance(5000)
    expect(await outcome).toBe('done')
    expect(tries).toEqual([0, 100, 300, 700, 1500, 2500])
  })

  it('ends with its deadline', async () => {
    const { clock, patience } = patient()
    const outcome = expect(patience.during(() => Promise.reject(lost))).rejects.toThrow(UnavailableError)
    await clock.advance(10_000)
    await outcome
  })

  it('begins no try that would go beyond its deadline if it took as long as the last one: a broker may stand still', async () => {
    const { clock, patience } = patient()
    const tries: number[] = []
    const outcome = patience.during(async () => {
      tries.push(clock.nowMs())
      await clock.sleep(4000)
      throw lost
    })
    const ended = outcome.catch(() => clock.nowMs())
    await clock.advance(20_000)
    expect([tries, await ended]).toEqual([[0, 4100], 8100])
  })

  it('gives a request that has waited only what it has left', async () => {
    const { clock, patience } = patient()
    await clock.advance(3000)
    const ended = patience.during(() => Promise.reject(lost), 4000).catch(() => clock.nowMs())
    await clock.advance(20_000)
    expect(await ended).toBe(3700)
  })

  it('leaves an attempt to itself at its deadline, and tells it: a broker that stands still answers nobody', async () => {
    const { clock, health, patience } = patient()
    let over: AbortSignal | undefined
    const halted = (signal: AbortSignal): Promise<never> => ((over = signal), new Promise(() => {}))
    const refused = expect(patience.during(halted)).rejects.toThrow(
      'Kafka at a:1 is not available; it gave no answer in time; see that a broker listens there, then send it again',
    )
    await clock.advance(9999)
    expect([over?.aborted, health.report.isServing]).toEqual([false, true])
    await clock.advance(1)
    await refused
    expect([over?.aborted, health.report.isServing]).toEqual([true, false])
  })

  it('begins nothing for a request that has no time left, and tries no more often than it is told', async () => {
    const { clock, patience } = patient()
    const attempt = jest.fn(() => Promise.reject(lost))
    await clock.advance(10)
    await expect(patience.during(attempt, 10)).rejects.toThrow(UnavailableError)
    expect(attempt).toHaveBeenCalledTimes(0)
    await expect(patience.during(attempt, 5000, 1)).rejects.toThrow(UnavailableError)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it('does not try again what is refused for good, nor after the log was closed', async () => {
    const { patience, closed } = patient()
    const attempt = jest.fn(() => Promise.reject(denied))
    await expect(patience.during(attempt)).rejects.toThrow(PreconditionError)
    closed.abort()
    await expect(patience.during(() => Promise.reject(lost))).rejects.toThrow(UnavailableError)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it('is cut short when the log is closed', async () => {
    const { clock, patience, closed } = patient()
    const outcome = expect(patience.during(() => Promise.reject(lost))).rejects.toThrow(UnavailableError)
    await clock.advance(50)
    closed.abort()
    await outcome
  })
})

describe('health', () => {
  it('says since when a cluster answers, or does not, and why', async () => {
    const { clock, health } = patient()
    await clock.advance(100)
    health.failed(lost)
    await clock.advance(100)
    health.failed(lost)
    const reason = expect.stringContaining('is not available') as string
    expect(health.report).toEqual({ isServing: false, reason, sinceMs: 100, unansweredMs: 200, warnings: [] })
    health.succeeded()
    expect(health.report).toEqual({ isServing: true, reason: undefined, sinceMs: 200, unansweredMs: 0, warnings: [] })
  })

  it('keeps each warning once', () => {
    const { health } = patient()
    for (const warning of ['one replica', 'one replica', 'short']) health.warn(warning)
    expect(health.report.warnings).toEqual(['one replica', 'short'])
  })

  it('is asked for where nothing was heard, and not where others ask', async () => {
    const { clock, health, closed } = patient()
    let isAway = false
    const ask = jest.fn(async () => {
      if (isAway) throw lost
    })
    const asking = keepAsking(health, { clock, closed: closed.signal, ask })
    await clock.advance(1500)
    health.succeeded()
    await clock.advance(1000)
    expect(ask).toHaveBeenCalledTimes(0)
    isAway = true
    await clock.advance(2000)
    expect([ask.mock.calls.length, health.report.isServing]).toEqual([1, false])
    isAway = false
    await clock.advance(2000)
    expect(health.report.isServing).toBe(true)
    closed.abort()
    await asking
  })
})
