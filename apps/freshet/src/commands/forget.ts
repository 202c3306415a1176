import { ingest } from '@freshet/contracts/services'
import { InvalidFieldError, type ErrorCode } from '@freshet/kernel'
import { call, HTTP_STATUS, RemoteError } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { withServices } from '../services'
import { collect, addCommand, terminalOf, type AddCommand } from './command'

/** Whose history goes. */
interface ForgetOptions extends DataSetOptions {
  readonly session?: readonly string[]
}

const NOBODY = { field: 'users', value: '', rule: 'a forget says whom', remedy: 'name users, or a session by --session ID' }

/** Forgets users and sessions: what came of their events, what the catalogue says of them, and their rows. */
export const addForget: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'forget [users...]',
    description: 'forget users: their features, waiting lists, attributes and embeddings; what they do later begins anew',
    examples: ['forget ada', 'forget ada bob --session web-7'],
  })
    .option('--session <id>', 'forget a session that belongs to no user (repeatable)', collect)
    .action(async (userIds: string[], options: ForgetOptions) => {
      const terminal = terminalOf(output, options)
      const sessionIds = [...(options.session ?? [])]
      if (userIds.length + sessionIds.length === 0) throw new InvalidFieldError(NOBODY)
      const needs = { sections: ['ingest'], note: terminal.note } as const
      const answer = await withServices(configOf(options), needs, ({ ingest: client }) => call(client, 'forget', { userIds, sessionIds }))
      const places = answer.acknowledgements.map(placeOf)
      const lines = [...userIds, ...sessionIds.map((id) => `session ${id}`)].map((who, i) => `${who} is forgotten from ${places[i]} on`)
      terminal.answer(ingest.ForgetResponse.toJSON(answer), lines.join('\n'))
    })
}

/** Joins a session's history to its user's. */
export const addLink: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'link <session> <user>',
    description: 'say which user a session turned out to be: what it did becomes the user’s',
    examples: ['link web-7 ada'],
  }).action(async (sessionId: string, userId: string, options: DataSetOptions) => {
    const terminal = terminalOf(output, options)
    const needs = { sections: ['ingest'], note: terminal.note } as const
    const links = [{ sessionId, userId }]
    const answer = await withServices(configOf(options), needs, ({ ingest: client }) => call(client, 'linkSessions', { links }))
    const [place] = answer.acknowledgements.map(placeOf)
    terminal.answer(ingest.LinkSessionsResponse.toJSON(answer), `session ${sessionId} is ${userId} from ${place} on`)
  })
}

/** Where a record stands. Throws RemoteError where it was not taken. */
function placeOf({ outcome }: ingest.Acknowledgement): string {
  if (outcome?.$case === 'accepted') return `record ${outcome.accepted.offset} of partition ${outcome.accepted.partition}`
  const { code = '', message = 'it was not acknowledged', retryable = true } = outcome?.rejected ?? {}
  throw new RemoteError('Ingest', { code: isErrorCode(code) ? code : 'INTERNAL', message, retryable })
}

/** The table of codes knows them all. */
const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(HTTP_STATUS, code)
