import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { PreconditionError, UnavailableError } from '@freshet/kernel'
import { kafkaJars } from './kafka-broker-jars'
import { temporaryDirectory } from './temporary-directory'

const { PATH } = process.env

afterEach(() => {
  process.env.PATH = PATH
})

/** Only these programs are to be found: shell scripts, by name. */
async function programs(directory: string, scripts: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(directory)
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(`${directory}/${name}`, `#!/bin/sh\n${script}\n`)
    await chmod(`${directory}/${name}`, 0o755)
  }
  process.env.PATH = directory
}

describe('the jars of a broker', () => {
  it('name the remedy where java or Maven is missing', async () => {
    await using directory = await temporaryDirectory()
    const jars = { directory: directory.within('cache', 'kafka') }
    await programs(directory.within('none'), {})
    await expect(kafkaJars(jars)).rejects.toThrow(PreconditionError)
    await expect(kafkaJars(jars)).rejects.toThrow(/needs 'java'.*; install a Java runtime/)
    await programs(directory.within('java'), { java: 'exit 0' })
    await expect(kafkaJars(jars)).rejects.toThrow(/needs 'mvn'.*; install Maven/)
  })

  it('are fetched once, with a word about it, and whole', async () => {
    await using directory = await temporaryDirectory()
    const said: string[] = []
    const jars = { directory: directory.within('cache', 'kafka'), say: (line: string) => void said.push(line) }
    const copy = `case "$*" in *-DoutputDirectory=*) out="\${4#-DoutputDirectory=}"; /bin/mkdir "$out"; echo jar > "$out/kafka.jar";; esac`
    await programs(directory.within('programs'), { java: 'exit 0', mvn: copy })
    expect(await kafkaJars(jars)).toBe(jars.directory)
    expect(await readdir(jars.directory)).toEqual(['kafka.jar'])
    await kafkaJars(jars)
    expect(said).toEqual([expect.stringMatching(/fetching Kafka [\d.]+ from Maven Central into .*, once/)])
    expect(await readdir(directory.within('cache'))).toEqual(['kafka'])
  })

  it('leave nothing behind where the download fails, and say what Maven said', async () => {
    await using directory = await temporaryDirectory()
    const jars = { directory: directory.within('cache', 'kafka'), say: () => {} }
    const fail = `case "$*" in *copy-dependencies*) echo 'Unknown host repo.maven.apache.org'; exit 1;; esac`
    await programs(directory.within('programs'), { java: 'exit 0', mvn: fail })
    const refused = kafkaJars(jars)
    await expect(refused).rejects.toThrow(UnavailableError)
    await expect(refused).rejects.toThrow(/Unknown host/)
    expect(await readdir(directory.within('cache'))).toEqual([])
  })
})
