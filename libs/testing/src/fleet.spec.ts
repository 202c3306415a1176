import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UnavailableError } from '@freshet/kernel'
import { Fleet } from './fleet'
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory'

let root: TemporaryDirectory

beforeEach(async () => void (root = await temporaryDirectory()))
afterEach(() => root[Symbol.asyncDispose]())

/** A fleet of one service, whose program is this text. */
async function fleetOf(program: string, endMsMax?: number): Promise<Fleet> {
  const file = root.within('apps', 'ingest', 'dist', 'main.js')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, program)
  return Fleet.start({ root: root.path, data: root.within('data'), dictionary: 'demo', services: ['ingest'], endMsMax })
}

const SERVES = `console.log('{"msg":"serving"}'); setInterval(() => {}, 1000);`

describe('a fleet', () => {
  it('serves until it is disposed of, and tells services where the others are', async () => {
    const fleet = await fleetOf(`console.error(process.env.FRESHET_INGEST_GRPC); ${SERVES}`)
    expect(fleet.pid('ingest')).toBeGreaterThan(0)
    expect(fleet.lastWords('ingest')).toContain(fleet.address('ingest'))
    await fleet[Symbol.asyncDispose]()
    await fleet.gone('ingest')
  })

  it('says the exit code of who ends in order, and none of who is killed', async () => {
    const fleet = await fleetOf(`process.on('SIGTERM', () => process.exit(7)); ${SERVES}`)
    expect(await fleet.signal('ingest', 'SIGTERM')).toBe(7)
    await fleet.launch('ingest')
    expect(await fleet.signal('ingest', 'SIGKILL')).toBeNull()
  })

  it('kills who does not end on SIGTERM, and tells of it with its last words', async () => {
    const fleet = await fleetOf(`process.on('SIGTERM', () => console.log('not yet')); ${SERVES}`, 200)
    await expect(fleet.signal('ingest', 'SIGTERM')).rejects.toThrow(/ingest is not available; it did not end within 200 ms of SIGTERM/)
    expect(await fleet.signal('ingest', 'SIGTERM')).toBeNull()
  })

  it('quotes who does not come to serve', async () => {
    const started = fleetOf(`console.error('no place to listen'); process.exit(3)`)
    await expect(started).rejects.toThrow(UnavailableError)
    await expect(started).rejects.toThrow(/it ended \(3\); it last said:\nno place to listen/)
  })
})
