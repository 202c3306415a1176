import { ranker } from '@freshet/contracts/services'
import { call } from '@freshet/service'
import { configOf } from '../data-set'
import { withServices } from '../services'
import { askingOf, withAskingOptions, type AskingOptions } from './asking'
import { addCommand, terminalOf, type AddCommand } from './command'
import { listText } from './provenance'

/** Candidates of the caller's own, in the order that suits a user. */
export const addRank: AddCommand = (program, output) => {
  const command = addCommand(program, {
    name: 'rank <items...>',
    description: 'order items of your own choice for a user',
    examples: ['rank book-1 book-2 book-3 --user ada', 'rank book-1 book-2 --user ada --explain --json'],
  })
  withAskingOptions(command)
    .option('--user <id>', 'for whom')
    .action(async (itemIds: string[], options: AskingOptions & { readonly user?: string }) => {
      const terminal = terminalOf(output, options)
      const sections = options.shown ? (['ranker', 'ingest'] as const) : (['ranker'] as const)
      const request: ranker.RankRequest = { ...askingOf(options), userId: options.user ?? '', itemIds }
      const answer = await withServices(configOf(options), { sections, note: terminal.note }, ({ ranker: client }) =>
        call(client, 'rank', request),
      )
      const unknown = answer.unknownItemIds.length > 0 ? `\nunknown: ${answer.unknownItemIds.join(', ')}` : ''
      terminal.answer(ranker.RankResponse.toJSON(answer), listText(answer.items, answer.provenance) + unknown)
    })
}
