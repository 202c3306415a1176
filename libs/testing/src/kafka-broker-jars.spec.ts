import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KAFKA_VERSION } from './kafka-broker-jars'

describe('the broker that is tested against', () => {
  it('is the one that deploy/compose.yaml runs', () => {
    const compose = readFileSync(join(__dirname, '..', '..', '..', 'deploy', 'compose.yaml'), 'utf8')
    expect(compose).toContain(`image: apache/kafka:${KAFKA_VERSION}\n`)
  })
})
