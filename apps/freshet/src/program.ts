import { Command, CommanderError } from 'commander'
import type { AddCommand } from './commands/command'
import { addBackup, addRestore } from './commands/backup'
import { addDeadLetter } from './commands/dead-letter'
import { addDictionary } from './commands/dictionary'
import { addDoctor } from './commands/doctor'
import { addEvaluate } from './commands/evaluate'
import { addForget, addLink } from './commands/forget'
import { addImport } from './commands/import'
import { addMigrate } from './commands/migrate'
import { addModel } from './commands/model'
import { addRank } from './commands/rank'
import { addRecommend } from './commands/recommend'
import { addRepair } from './commands/repair'
import { addReplica } from './commands/replica'
import { addSimilar } from './commands/similar'
import { addStatus } from './commands/status'
import { addTrain } from './commands/train'
import { addUp } from './commands/up'
import { addVerify } from './commands/verify'
import { reportFailure, reportMisuse, type Output } from './terminal'

/** Runs the command that the arguments name; returns what the process ends with. */
export async function runProgram(args: readonly string[], output: Output): Promise<number> {
  const isJson = args.includes('--json')
  try {
    await buildProgram(output).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(output, error, isJson)
    if (error.exitCode === 0) return 0
    if (isJson) reportMisuse(output, error.message.replace(/^error: /, ''))
    return USAGE
  }
}

/** The whole command line. */
function buildProgram(output: Output): Command {
  const program = new Command('freshet')
    .description('Real-time recommendations: events in, answers that have learned from them out.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(--help shows what it takes)')
    .configureOutput({ writeOut: (text) => void output.stdout.write(text), writeErr: (text) => void output.stderr.write(text) })
    .addHelpText('after', HELP)
  for (const add of COMMANDS) add(program, output)
  return program
}

/** In the order in which a newcomer needs them. */
const COMMANDS: readonly AddCommand[] = [
  addUp,
  addImport,
  addRecommend,
  addRank,
  addSimilar,
  addStatus,
  addTrain,
  addReplica,
  addDoctor,
  addEvaluate,
  addModel,
  addDictionary,
  addLink,
  addForget,
  addDeadLetter,
  addRepair,
  addMigrate,
  addVerify,
  addBackup,
  addRestore,
]

const USAGE = 2
const VERSION = '0.1.0'

const HELP = `
Start here:
  $ npx freshet up --demo            a demo shop that learns while you watch
  $ npx freshet up                   the same, empty, for your own events
  $ npx freshet import movielens ./ml-100k
                                     a data set of real ratings
  $ npx freshet recommend ada        a list for user 'ada'
  $ npx freshet status               how fresh every stage is

Commands speak to the services that run; when nobody listens, they host what they need in their own process.
Settings: ./freshet.yaml, FRESHET_* of the environment, options; later ones win.

Exit codes:
  0 done   1 failed   2 wrong usage or settings   3 nobody answers   4 refused: a port, a data set, a state   5 damaged data`
