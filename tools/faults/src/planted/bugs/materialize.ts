import type { PlantedBug } from '../planted-bug'

const FOLD = 'libs/materialize/src/partition-fold.ts'
const FOLDER = 'libs/materialize/src/partition-folder.ts'
const LOAD = 'libs/materialize/src/load-partition.ts'
const JOINS = 'libs/materialize/src/joins.ts'
const FOLD_SPEC = 'libs/materialize/src/partition-fold.spec.ts'
const FOLDER_SPEC = 'libs/materialize/src/partition-folder.spec.ts'

/** Mistakes in the stage that remembers. */
export const MATERIALIZE_BUGS: readonly PlantedBug[] = [
  {
    name: 'trim before ack: the outbox forgets what is still on its way',
    file: 'libs/materialize/src/outbox-publisher.ts',
    right: "    await this.append(outgoing)\n    cross('outbox-published')\n",
    wrong: '    void this.append(outgoing).catch(() => undefined)\n',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'loading what was to be thrown away: a restoration that was asked for after the caller looked for one',
    file: LOAD,
    right: '  if (mark) throw',
    wrong: '  if (mark && partition < 0) throw',
    spec: 'libs/materialize/src/load-partition.spec.ts',
    test: 'is refused while a restoration has been asked for: whoever looked for one before that has to look again',
  },
  {
    name: 'touches outside the outbox',
    file: FOLDER,
    right: '    await this.write(next, { puts, outbox })\n',
    wrong:
      "    const touches = outbox.filter(({ to }) => to.topic === 'touches')\n    await this.write(next, { puts, outbox: outbox.filter(({ to }) => to.topic !== 'touches') })\n    for (const { to, key, value } of touches) await this.scope.log.append(to, [{ key, value }])\n",
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'wall clock in expiry',
    file: FOLD,
    right: '    joins.expire(state.watermarkMs)\n',
    wrong: '    joins.expire(Date.now())\n',
    spec: FOLD_SPEC,
    test: 'turns what is clicked into positives at once, and what is not into negatives when its window has closed',
  },
  {
    name: 'watermark from a record’s time rather than a tick',
    file: FOLD,
    right: '    const isLate = event.timeMs < this.state.watermarkMs\n',
    wrong:
      '    this.state.watermarkMs = Math.max(this.state.watermarkMs, event.timeMs)\n    const isLate = event.timeMs < this.state.watermarkMs\n',
    spec: FOLD_SPEC,
    test: 'is moved by ticks alone',
  },
  {
    name: 'late record joins an impression',
    file: JOINS,
    right: "const cause = isLate ? '' : event.requestId",
    wrong: 'const cause = event.requestId',
    spec: FOLD_SPEC,
    test: 'makes late what lies behind the watermark: it folds, joins nothing and is counted',
  },
  {
    name: 'emission that depends on the catalogue',
    file: JOINS,
    right: '    const label = labelOf(meaning, event.value)\n    if (label === undefined) return\n    const actor',
    wrong:
      '    const label = labelOf(meaning, event.value)\n    if (label === undefined || this.scope.states.item(event.itemId)?.known !== true) return\n    const actor',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'Map order in the fold: held clicks end in the order of their coming, not of their time',
    file: 'libs/materialize/src/held-clicks.ts',
    right: 'return this.deadlines.take(watermarkMs).flatMap(({ key }) => {',
    wrong:
      'const due = new Set(this.deadlines.take(watermarkMs).map(({ key }) => key))\n    return [...this.held.keys()].filter((key) => due.has(key)).flatMap((key) => {',
    spec: 'libs/materialize/src/held-clicks.spec.ts',
    test: 'end in the order of their times, whatever the order in which they came',
  },
  {
    name: 'silent-until ignored after load',
    file: LOAD,
    right: '  fold.effects.silentUntil = await lastGroup(log, partition)\n',
    wrong: '',
    spec: FOLDER_SPEC,
    test: 'doubles and loses nothing when its store is lost: the first bytes in the log win',
  },
  {
    name: 'duplicate id window forgotten at restart',
    file: LOAD,
    right: '  await scanAll(store, { partition, prefix: CHUNK_PREFIX, of }, (key, value) => fold.identity.restore(key, value))\n',
    wrong: '',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'waiting lists forgotten at restart',
    file: LOAD,
    right: '  await scanAll(store, { partition, prefix: WAITING_PREFIX, of }, (_, value) => fold.joins.impressions.restore(value))\n',
    wrong: '',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'touch folded each time that it is delivered',
    file: 'libs/materialize/src/touch-fold.ts',
    right: '  if (touch.sequence < state.touchesReceived[touch.sourcePartition]) return\n',
    wrong: '',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'outbox re-published as a whole after a crash',
    file: 'libs/materialize/src/outbox-publisher.ts',
    right: 'to.topic !== TOPICS.examples || isAfter(ExampleGroup.decode(value), last)',
    wrong: 'to.topic !== TOPICS.examples || value.length > 0',
    spec: 'libs/materialize/src/outbox-publisher.spec.ts',
    test: 'leaves out groups that the log has already',
  },
  {
    name: 'published below what is still owed: an earlier owner’s entries are never sent',
    file: FOLDER,
    right: '    await publisher.recover(loaded.fold.effects.silentUntil)\n',
    wrong: '',
    spec: FOLDER_SPEC,
    test: 'gives the same examples and the same states wherever it is cut, crashed and restarted',
  },
  {
    name: 'built upon what was read at whatever moment: of another’s commit, when the store stands again where the fold began',
    file: 'libs/materialize/src/partition-states.ts',
    right: 'missing.map(userKey), of)',
    wrong: 'missing.map(userKey))',
    spec: 'libs/materialize/src/rewound-store.spec.ts',
    test: 'is noticed where it stands again where the fold began',
  },
  {
    name: 'events trimmed that one snapshot alone holds',
    file: 'libs/materialize/src/retention.ts',
    right: 'const SNAPSHOTS_MIN = 2',
    wrong: 'const SNAPSHOTS_MIN = 1',
    spec: 'libs/materialize/src/retention.spec.ts',
    test: 'trims nothing where there are fewer than two',
  },
  {
    name: 'events folded before the catalogue of other partitions is there',
    file: 'libs/materialize/src/run-folders.ts',
    right: '    await catalogueFirst(folder, partition, { ...this.scope, items: this.items, signal })\n',
    wrong: '',
    spec: 'tools/bench/src/faults/emptied-store.spec.ts',
    test: 'holds the features of a fresh fold again, tastes included, whichever partition is faster',
  },
  {
    name: 'items of a partition that has lost its state taken for unknown: users lose what they like for good',
    file: 'libs/materialize/src/shared-items.ts',
    right: '    this.catalogues.assertWhole({ partition, at, isRestoring: values[0] !== undefined })\n',
    wrong: '',
    spec: 'libs/materialize/src/catalogue-first.spec.ts',
    test: 'folds its catalogue late again',
  },
  {
    name: 'linked in the millisecond of the forgetting: what was forgotten comes back',
    file: 'libs/materialize/src/histories.ts',
    right: 'each.acceptedMs >= linkedMs',
    wrong: 'each.acceptedMs > linkedMs',
    spec: 'libs/materialize/src/histories.spec.ts',
    test: 'does not bring back what was linked in the very millisecond in which its user was forgotten',
  },
  {
    name: 'a second try taken for the first: one lineage for whatever a process commits from the same place',
    file: FOLDER,
    right: '`${member}/${items.tenureOf(partition)}`',
    wrong: 'member',
    spec: 'libs/materialize/src/rewound-store.spec.ts',
    test: 'is noticed by what a process has begun before',
  },
]
