import { composeText, readCompose } from './compose.fixture'

const { services, volumes } = readCompose()
const { kafka, redis } = services

describe('deploy/compose.yaml', () => {
  it('opens what its comment tells Freshet to connect to, on the loopback only', () => {
    const [, log, store] = /freshet up --log kafka:\/\/127\.0\.0\.1:(\d+) --store redis:\/\/127\.0\.0\.1:(\d+)$/m.exec(composeText()) ?? []
    expect(kafka.ports).toEqual([`127.0.0.1:${log}:9092`])
    expect(redis.ports).toEqual([`127.0.0.1:${store}:6379`])
    expect(kafka.environment).toMatchObject({ KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${log}` })
    expect(kafka.healthcheck.test.join(' ')).toContain(`--bootstrap-server 127.0.0.1:${log}`)
  })

  it('keeps data in volumes that it declares, where its servers put them', () => {
    expect([...kafka.volumes, ...redis.volumes].map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes))
    expect(kafka.volumes).toEqual([`kafka:${kafka.environment?.KAFKA_LOG_DIRS}`])
    expect(redis.volumes).toEqual(['redis:/data']) // the image's working directory
  })

  it('loses no write of Redis that is older than a second, and lets Redis throw nothing away', () => {
    const settings = redis.command?.join(' ')
    expect(settings).toMatch(/^redis-server .*--appendonly yes/)
    expect(settings).toContain('--appendfsync everysec')
    expect(settings).toContain('--maxmemory-policy noeviction')
  })

  it('has every value as text or number: a bare true or false is refused for the environment of a container', () => {
    const kinds = Object.values(kafka.environment ?? {}).map((value) => typeof value)
    expect(kinds.filter((kind) => kind !== 'string' && kind !== 'number')).toEqual([])
  })
})
