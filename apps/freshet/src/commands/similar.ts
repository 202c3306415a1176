import { ranker } from '@freshet/contracts/services'
import { call } from '@freshet/service'
import { configOf } from '../data-set'
import { withServices } from '../services'
import { limitOf, rulesOf, withRuleOptions, type AskingOptions } from './asking'
import { addCommand, terminalOf, type AddCommand } from './command'
import { listText } from './provenance'

/** Items like an item. */
export const addSimilar: AddCommand = (program, output) => {
  const command = addCommand(program, {
    name: 'similar <item>',
    description: 'list items like an item',
    examples: ['similar book-1', 'similar book-1 --limit 3 --json'],
  })
  withRuleOptions(command)
    .option('--limit <n>', 'how many items', limitOf, 10)
    .action(async (itemId: string, options: AskingOptions & { readonly limit: number }) => {
      const terminal = terminalOf(output, options)
      const request: ranker.SimilarRequest = { itemId, limit: options.limit, rules: rulesOf(options) }
      const needs = { sections: ['ranker'], note: terminal.note } as const
      const answer = await withServices(configOf(options), needs, ({ ranker: client }) => call(client, 'similar', request))
      terminal.answer(ranker.SimilarResponse.toJSON(answer), listText(answer.items, answer.provenance))
    })
}
