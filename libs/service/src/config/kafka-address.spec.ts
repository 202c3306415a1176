import { ConfigurationError } from '../errors/errors'
import { brokersOf } from './kafka-address'
import { loadConfig } from './load-config'

const load = (log: string): unknown => loadConfig({ env: {}, overrides: { log } }).log

/** What is said of an address that is refused. */
function refusalOf(log: string): string {
  try {
    return `taken: ${String(load(log))}`
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return String(error)
  }
}

describe('the address of a Kafka', () => {
  it.each([
    ['kafka://a:9092', ['a:9092']],
    ['kafka://a', ['a:9092']],
    ['kafka://a.example-1:1,10.0.0.1,[::1]:19092/', ['a.example-1:1', '10.0.0.1:9092', '[::1]:19092']],
    ['kafka://a:65535', ['a:65535']],
  ])('of %s is some brokers, each with its port', (address, brokers) => {
    expect(brokersOf(address)).toEqual(brokers)
    expect(load(address)).toBe(address)
  })

  it.each([
    ['kafka://a:99999', '"kafka://a:99999"', 'its broker 1 of 1'],
    ['kafka://a:0', '"kafka://a:0"', 'its broker 1 of 1'],
    ['kafka://a:9092/topic', '"kafka://a:9092/topic"', 'its broker 1 of 1'],
    ['kafka://a, b', '"kafka://a, b"', 'its broker 2 of 2'],
    ['kafka://a,,b', '"kafka://a,,b"', 'its broker 2 of 3'],
    ['kafka://', '"kafka://"', 'its broker 1 of 1'],
    ['kafka:///', '"kafka:///"', 'its broker 1 of 1'],
    ['kafka://a:b', '"kafka://a:b"', 'its broker 1 of 1'],
    ['kafka://a?b=c', '"kafka://a?b=c"', 'its broker 1 of 1'],
  ])('is refused as %s with field, value, rule and remedy', (address, value, rule) => {
    expect(refusalOf(address)).toContain(
      `log is ${value}, but ${rule} must be a host, or host:port with a port of 1 to 65535; name the brokers as`,
    )
  })

  it.each(['kafka://ada:geheim@127.0.0.1:9092', 'kafka://geheim@a', 'kafka://ada:gehe@im@a,b', 'kafka://a,ada:geheim@b'])(
    'is refused with credentials, which go elsewhere and are not repeated: %#',
    (address) => {
      const refusal = refusalOf(address)
      expect(refusal).toMatch(/log is "kafka:\/\/\[hidden\]@[^"]*", but it must hold neither user nor password/)
      expect(refusal).toContain('name them by kafka.username, kafka.password and kafka.saslMechanism')
      expect(refusal).not.toMatch(/gehe|ada/)
    },
  )
})

describe('who one is to Kafka', () => {
  const sasl = (kafka: object, env: Record<string, string> = {}) => loadConfig({ env, overrides: { kafka } }).kafka

  it('is refused where no mechanism would say so: it would be ignored', () => {
    const rule =
      /kafka.saslMechanism is "none", but it must be plain, scram-sha-256 or scram-sha-512 where kafka.username or kafka.password is set/
    expect(() => sasl({ username: 'ada' })).toThrow(rule)
    expect(() => sasl({ password: 'geheim' })).toThrow(rule)
    expect(() => sasl({ password: 'geheim' })).not.toThrow('geheim')
  })

  it('has to be named where a mechanism asks for it', () => {
    expect(() => sasl({ saslMechanism: 'plain' })).toThrow(
      /^the configuration: kafka.username is "", but it must name a user where kafka.saslMechanism is plain/,
    )
  })

  it('may come from several places, of which each says a part', () => {
    const kafka = sasl({ username: 'ada', password: 'geheim' }, { FRESHET_KAFKA_SASL_MECHANISM: 'scram-sha-256' })
    expect(kafka).toMatchObject({ saslMechanism: 'scram-sha-256', username: 'ada', password: 'geheim' })
  })
})
