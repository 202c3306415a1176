import type { PlantedBug } from '../planted-bug'

const TRAINER = 'libs/training/src/trainer.ts'
const DESK = 'libs/training/src/journal-desk.ts'
const LEARNER = 'libs/training/src/learner.ts'
const TRAINER_SPEC = 'libs/training/src/trainer.spec.ts'

/** Mistakes in the stage that learns. */
export const TRAINING_BUGS: readonly PlantedBug[] = [
  {
    name: 'owner that writes again without reading',
    file: DESK,
    right: 'await this.log.appendIf(JOURNAL, this.position, {',
    wrong: 'await this.log.appendIf(JOURNAL, await this.log.next(JOURNAL), {',
    spec: TRAINER_SPEC,
    test: 'is deposed by a claim that it has not seen, and follows from a version',
  },
  {
    name: 'grant acted upon before the journal is read to its end',
    file: TRAINER,
    right: 'return this.isCurrent && this.line.desk.isOwner',
    wrong: 'return this.line.desk.isOwner',
    spec: 'libs/training/src/versioning.spec.ts',
    test: 'reads on from its version before it acts',
  },
  {
    name: 'result accepted with a wrong chain',
    file: 'libs/training/src/training-line.ts',
    right: 'if (own !== undefined && own !== expected) throw',
    wrong: 'if (own !== undefined && own === "") throw',
    spec: 'libs/training/src/training-line.spec.ts',
    test: 'has diverged where a result has another chain',
  },
  {
    name: 'example learned each time that it comes',
    file: LEARNER,
    right: '        if (!this.isNext(partition, group)) {',
    wrong: '        if (group.sourceOffset < 0) {',
    spec: 'libs/training/src/learner.spec.ts',
    test: 'drops a group that comes again, wherever it stands',
  },
  {
    name: '>= for > between ordinals: a group is learned twice',
    file: LEARNER,
    right: 'ordinal > ordinals[partition]',
    wrong: 'ordinal >= ordinals[partition]',
    spec: 'libs/training/src/learner.spec.ts',
    test: 'drops a group that comes again, wherever it stands',
  },
  {
    name: 'positions saved before state: a version names a cut that it has not executed',
    file: 'libs/training/src/owner.ts',
    right: '    await this.settle()\n    return this.tools.versions.begin',
    wrong: '    await this.tell()\n    return this.tools.versions.begin',
    spec: 'libs/training/src/versioning.spec.ts',
    test: 'contains each cut that its place in the journal lies behind',
  },
  {
    name: 'journal trimmed up to the newest version rather than the oldest kept',
    file: 'libs/training/src/versioning.ts',
    right: '  const [oldest] = kept\n',
    wrong: '  const oldest = kept[kept.length - 1]\n',
    spec: TRAINER_SPEC,
    test: 'retires what no kept version needs, and a twin still starts from the oldest one kept',
  },
  {
    name: 'version of a state that lacks a cut which waits for its owner',
    file: TRAINER,
    right: '    this.assertNothingWaits()\n    if (this.isActing) return this.owner.beginVersion()\n',
    wrong: '    if (this.isActing) return this.owner.beginVersion()\n',
    spec: 'libs/training/src/held-cut.spec.ts',
    test: 'makes no version of a state without that cut: a twin from any version comes to the same',
  },
  {
    name: 'owner that goes on after what it was asked for has failed half told',
    file: 'libs/training/src/owner.ts',
    right: '    } catch (error) {\n      this.failure = { error }\n      throw error\n',
    wrong: '    } catch (error) {\n      throw error\n',
    spec: 'libs/training/src/half-told.spec.ts',
    test: 'says so, and ends: what is half told is told by whoever comes next',
  },
  {
    name: 'a forgotten user’s rows stay where the cut that says so is void',
    file: LEARNER,
    right: '    state.table.delete(forgotten, forgotten.length / 2)\n    return { step: cut.step, examples: 0',
    wrong: '    return { step: cut.step, examples: 0',
    spec: 'libs/training/src/learner.spec.ts',
    test: 'forgets a user in a cut that is passed over, too',
  },
  {
    name: 'optimiser begun anew at a change of the dictionary',
    file: LEARNER,
    right: '.map((born, i) => carry(born, state.model.slots[i]))',
    wrong: '.map((born) => born)',
    spec: 'libs/training/src/carried-slots.spec.ts',
    test: 'keeps the slots of what stays, each with its parameter',
  },
  {
    name: 'rows of untold steps missing in the first result of who takes over',
    file: 'libs/training/src/owner.ts',
    right: '    if (isUntold) pending.omitRows()\n',
    wrong: '',
    spec: 'libs/training/src/untold-steps.spec.ts',
    test: 'lets a follower by value have all rows of the owner',
  },
  {
    name: 'version of a line that was given up',
    file: TRAINER,
    right: '    await this.versions.abandon()\n',
    wrong: '',
    spec: 'libs/training/src/abandoned-version.spec.ts',
    test: 'is given up with its line: nobody can open it',
  },
  {
    name: 'in step with an owner that may have ended by the cut which waits',
    file: 'libs/training/src/replay.ts',
    right: '    if (this.held.length === 0) this.isInStep = true\n',
    wrong: '    this.isInStep = true\n',
    spec: 'libs/training/src/replay.spec.ts',
    test: 'executes no cut that nobody has survived yet',
  },
]
