import { ranker } from '@freshet/contracts/services'
import { call } from '@freshet/service'
import { configOf } from '../data-set'
import { withServices } from '../services'
import { askingOf, limitOf, withAskingOptions, type AskingOptions } from './asking'
import { addCommand, terminalOf, type AddCommand } from './command'
import { listText } from './provenance'

/** What a user would be shown next. */
export const addRecommend: AddCommand = (program, output) => {
  const command = addCommand(program, {
    name: 'recommend [user]',
    description: 'ask for a list for a user, or for a session of nobody known',
    examples: [
      'recommend ada',
      'recommend ada --limit 5 --explain',
      'recommend ada --require \'item.category == "books"\' --json',
      'recommend --session s-1',
    ],
  })
  withAskingOptions(command)
    .option('--limit <n>', 'how many items', limitOf, 10)
    .option('--include-seen', 'also what the user has consumed already')
    .action(async (userId: string | undefined, options: RecommendOptions) => {
      const terminal = terminalOf(output, options)
      const sections = options.shown ? (['ranker', 'ingest'] as const) : (['ranker'] as const)
      const request: ranker.RecommendRequest = {
        ...askingOf(options),
        userId: userId ?? '',
        limit: options.limit,
        includeSeen: options.includeSeen === true,
      }
      const answer = await withServices(configOf(options), { sections, note: terminal.note }, ({ ranker: client }) =>
        call(client, 'recommend', request),
      )
      terminal.answer(ranker.RecommendResponse.toJSON(answer), listText(answer.items, answer.provenance))
    })
}

interface RecommendOptions extends AskingOptions {
  readonly limit: number
  readonly includeSeen?: boolean
}
