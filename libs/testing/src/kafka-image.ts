import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaJars } from './kafka-broker-jars'

const run = promisify(execFile)
const CLUSTER_ID = '5L6g3nShT-eMCtK--X86sw' // the image's own where its environment names none

/**
 * What the image `apache/kafka` makes of its environment: the properties that its broker starts with, and storage that is formatted by them. It is
 * done by the image's own code, which travels in the broker's jars, so without a container.
 *
 * throws  with the words of that code where it refuses a setting, and as kafkaJars does
 * source  kafka.docker.KafkaDockerWrapper, called as the image's `launch` script calls it
 */
export async function kafkaImageProperties(
  environment: Readonly<Record<string, string>>,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  const jars = await kafkaJars()
  const folders = ['default', 'mounted', 'final'].map((name) => join(directory, name))
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
  const [defaults, mounted, final] = folders
  const places = ['--default-configs-dir', defaults, '--mounted-configs-dir', mounted, '--final-configs-dir', final]
  const env = { PATH: process.env.PATH, CLUSTER_ID, ...environment }
  await run('java', ['-cp', join(jars, '*'), 'kafka.docker.KafkaDockerWrapper', 'setup', ...places], { env })
  const text = await readFile(join(final, 'server.properties'), 'utf8')
  const lines = text.split('\n').filter((line) => line.includes('='))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}
