import { MigratorService } from '@freshet/contracts/services'
import { systemClock } from '@freshet/kernel'
import { isServed } from '../client/probe'
import { loadConfig } from '../config/load-config'
import { EchoModule } from './echo.fixture'
import { serveApp } from './serve-app'

/** A service as a process of its own: says when it serves. */
void serveApp({ name: 'echo', section: 'migrator', module: EchoModule, services: [MigratorService] })

void (async () => {
  const { grpc } = loadConfig({ file: process.argv[3] }).migrator
  while (!(await isServed(grpc, 'freshet.migrator.v1.Migrator'))) await systemClock.sleep(20)
  process.send?.('serving')
})().catch(() => undefined)
