import type { PlantedBug } from '../planted-bug'

const STORE = 'libs/online-store/embedded/src/embedded-store.ts'
const LOG_WRITER = 'libs/event-log/embedded/src/topic-writer.ts'
const STAGING = 'libs/model-store/src/staging.ts'

/** Mistakes in the engines: log, store, and versions at rest. */
export const ENGINE_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit without compare',
    file: STORE,
    right: 'assertStands(partition, expect, standing.positions)',
    wrong: 'assertStands(partition, undefined, standing.positions)',
    spec: 'libs/online-store/embedded/src/embedded-store.spec.ts',
    test: 'applies nothing of a commit whose vector differs in any topic',
  },
  {
    name: 'commit that compares places and not lineages: a store turned back and driven on by others passes',
    file: 'libs/online-store/port/src/rules.ts',
    right: "samePositions(a, b) && (a.lineage ?? '') === (b.lineage ?? '')",
    wrong: 'samePositions(a, b)',
    spec: 'libs/online-store/embedded/src/embedded-store.spec.ts',
    test: 'applies nothing of a commit that expects the same vector by other commits',
  },
  {
    name: 'a zombie’s commit accepted: compared here, and not again when it is written',
    file: STORE,
    right: ': this.database.ifVersion(key, commits, write)',
    wrong: ': this.database.transaction(() => (write(), true))',
    spec: 'libs/online-store/embedded/src/embedded-store.spec.ts',
    test: 'lets exactly one of two committers win each step',
  },
  {
    name: 'position saved before state',
    file: STORE,
    right: 'if (await this.provided(partition, standing.commits, apply)) return',
    wrong:
      'await this.database.put(standingKey(partition), encodeStanding(next), standing.commits ?? 0)\n      if (await this.provided(partition, standing.commits ?? 0, apply)) return',
    spec: 'libs/online-store/embedded/src/embedded-store.spec.ts',
    test: 'shows no reader a position before the state that it stands for',
  },
  {
    name: 'appends where the log ends, whatever was expected',
    file: LOG_WRITER,
    right: 'if (expected !== undefined && expected !== batch.to) {',
    wrong: 'if (expected !== undefined && expected > batch.to) {',
    spec: 'libs/event-log/embedded/src/embedded-log.spec.ts',
    test: 'lets exactly one of two owners append at the same offset',
  },
  {
    name: 'acknowledged though another process was first',
    file: LOG_WRITER,
    right: 'else again.push(...accepted.map(({ request }) => request)) // another process was first: reckon anew',
    wrong: 'else for (const { request, offset } of accepted) request.resolve(offset)',
    spec: 'libs/event-log/embedded/src/embedded-log.spec.ts',
    test: 'gives each of two handles its own offsets, and loses nothing of either',
  },
  {
    name: 'no fsync before rename',
    file: STAGING,
    right: '    await handle.sync()\n',
    wrong: '',
    spec: 'libs/model-store/src/crash.spec.ts',
    test: 'makes every file, then the folder, durable before the version gets its name',
  },
  {
    name: 'version revealed before its manifest',
    file: 'libs/model-store/src/model-store.ts',
    right: '      await stageManifest(staging, manifest)\n      await reveal(staging)\n',
    wrong:
      '      await reveal(staging)\n      await stageManifest({ ...staging, directory: `${staging.shelf}/${staging.version}` }, manifest)\n',
    spec: 'libs/model-store/src/crash.spec.ts',
    test: 'shows v1 or v2, never a half, wherever the process stops',
  },
  {
    name: 'version’s bytes taken on trust',
    file: 'libs/model-store/src/file-reader.ts',
    right: 'if (digest !== this.facts.sha256) throw',
    wrong: 'if (digest === "") throw',
    spec: 'libs/model-store/src/model-store.spec.ts',
    test: 'notices one flipped bit wherever it is read',
  },
  {
    name: 'conditional record taken where it landed late: two owners of one offset',
    file: 'libs/event-log/kafka/src/validity.ts',
    right: 'Number(String(onlyAt)) !== offset',
    wrong: 'Number(String(onlyAt)) > offset',
    spec: 'libs/event-log/kafka/src/validity.spec.ts',
    test: 'are the plain ones, and the conditional ones that stand where they are valid',
  },
  {
    name: 'batch sent again as somebody else: what got no answer is written twice',
    file: 'libs/event-log/kafka/src/producer-session.ts',
    right: 'await link.refresh().catch(() => {}) //',
    wrong: 'this.restart() //',
    spec: 'libs/event-log/kafka/src/producer-session.spec.ts',
    test: 'sends what got no answer again under the same numbers',
  },
  {
    name: 'a lock file closed under readers of the same process: others give away their slots',
    file: 'libs/event-log/embedded/src/commit-signal.ts',
    right: ' || --found.readers > 0 || !isMainThread',
    wrong: '',
    spec: 'libs/event-log/embedded/src/commit-signal.spec.ts',
    test: 'leaves the locks of an environment that is open elsewhere in the process where they are',
  },
]
