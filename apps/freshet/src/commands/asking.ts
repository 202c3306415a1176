import { InvalidArgumentError, type Command } from 'commander'
import { ranker } from '@freshet/contracts/services'
import type { DataSetOptions } from '../data-set'
import { collect } from './command'

/** What the commands that ask for a list have in common. */
export interface AskingOptions extends DataSetOptions {
  readonly session?: string
  readonly surface?: string
  readonly context?: readonly string[]
  readonly require?: string
  readonly exclude?: string
  readonly boost?: readonly string[]
  readonly pin?: readonly string[]
  readonly explain?: boolean
  readonly shown?: boolean
}

/** Adds them. */
export const withAskingOptions = (command: Command): Command =>
  withRuleOptions(command)
    .option('--session <id>', 'the session, for users who are not known yet')
    .option('--surface <name>', 'where the list would be shown')
    .option('--context <name=value>', 'what else is known of the moment (repeatable)', pair)
    .option('--explain', 'say what made each score')
    .option('--shown', 'log the list as shown, so that what is not clicked teaches; without it this is a look that leaves no trace')

/** Adds the rules that a list obeys. */
export const withRuleOptions = (command: Command): Command =>
  command
    .option('--require <condition>', 'keep items for which this holds, for example \'item.category == "books"\'')
    .option('--exclude <condition>', 'drop items for which this holds')
    .option('--boost <condition=factor>', 'multiply the scores of items for which this holds (repeatable)', pair)
    .option('--pin <item>', 'put this item first (repeatable)', collect)

/** The fields that they mean. */
export const askingOf = ({ session = '', surface = '', context = [], explain = false, shown = false, ...rules }: AskingOptions) => ({
  sessionId: session,
  surface,
  context: Object.fromEntries(context.map((text) => split(text, text.indexOf('=')))),
  rules: rulesOf(rules),
  explain,
  dryRun: !shown,
})

/** The rules that they mean. */
export const rulesOf = ({ require = '', exclude = '', boost = [], pin = [] }: AskingOptions): ranker.Rules => ({
  require,
  exclude,
  boosts: boost.map((text) => {
    const [condition, factor] = split(text, text.lastIndexOf('='))
    return { condition, factor: Number(factor) }
  }),
  pins: [...pin],
})

/** A number of items. */
export const limitOf = (text: string): number => wholeNumber(text, 1)

/** A number of anything that may be none. */
export const numberOf = (text: string): number => wholeNumber(text, 0)

function wholeNumber(text: string, least: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number
  throw new InvalidArgumentError(`it must be a whole number of ${least} or more.`)
}

function pair(text: string, before: readonly string[] = []): readonly string[] {
  if (text.lastIndexOf('=') > 0) return collect(text, before)
  throw new InvalidArgumentError("it must hold '=' between two parts.")
}

const split = (text: string, at: number): [string, string] => [text.slice(0, at).trim(), text.slice(at + 1).trim()]
