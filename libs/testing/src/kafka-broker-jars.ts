import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PreconditionError, UnavailableError } from '@freshet/kernel'

/** The broker that is tested against, and that deploy/compose.yaml runs. */
export const KAFKA_VERSION = '4.3.1'
const FETCH_MS_MAX = 600_000
const LAST_WORDS_MAX = 2000 // characters
const run = promisify(execFile)

/** The broker and what it leans on; without a logging binding it would say nothing. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>freshet</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

/** Where the jars lie, and who is told of the download. */
export interface KafkaJarsOptions {
  /** Default: `node_modules/.cache/freshet/kafka-4.3.1` of this workspace. */
  readonly directory?: string
  /** Told once, where there is something to download. */
  readonly say?: (line: string) => void
}

/**
 * The directory with the jars of a Kafka broker, from Maven Central; downloaded at the first call on a machine (some 45 MB, a minute at most).
 *
 * throws  PreconditionError where java or mvn is missing, UnavailableError where the download fails
 */
export async function kafkaJars({ directory = DEFAULT_DIRECTORY, say = sayToStderr }: KafkaJarsOptions = {}): Promise<string> {
  await assertRuns('java', '-version', 'install a Java runtime, 17 or newer (Debian: apt-get install openjdk-17-jre-headless)')
  if (existsSync(directory)) return directory
  await assertRuns('mvn', '--version', 'install Maven (Debian: apt-get install maven); it downloads the broker once')
  say(`fetching Kafka ${KAFKA_VERSION} from Maven Central into ${directory}, some 45 MB, once`)
  await mkdir(dirname(directory), { recursive: true })
  const fresh = await mkdtemp(`${directory}-`) // beside it, so that the last step is a rename: whole or not there
  try {
    await download(fresh)
    await rename(join(fresh, 'lib'), directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error // else another process was first
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return directory
}

/** Throws PreconditionError with the remedy where a program is missing. */
async function assertRuns(program: string, argument: string, remedy: string): Promise<void> {
  await run(program, [argument], { env: process.env }).catch((error: unknown) => {
    throw new PreconditionError(`a Kafka broker needs '${program}', which does not run here (${String(error)})`, remedy)
  })
}

async function download(into: string): Promise<void> {
  await writeFile(join(into, 'pom.xml'), POM)
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(into, 'lib')}`, '-DincludeScope=runtime']
  await run('mvn', ['-q', '-B', ...goal], { cwd: into, env: process.env, timeout: FETCH_MS_MAX }).catch((error: unknown) => {
    const words = `${String(error)}\n${typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : ''}`
    throw new UnavailableError('Maven Central', `see whether this machine reaches it; Maven said:\n${words.slice(-LAST_WORDS_MAX)}`)
  })
}

const DEFAULT_DIRECTORY = join(__dirname, '..', '..', '..', 'node_modules', '.cache', 'freshet', `kafka-${KAFKA_VERSION}`)

const sayToStderr = (line: string): void => void process.stderr.write(`${line}\n`)
