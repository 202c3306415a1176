import type { Command } from 'commander'
import { ingest, type IngestClient } from '@freshet/contracts/services'
import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { withServices } from '../services'
import type { Output } from '../terminal'
import { limitOf } from './asking'
import { addCommand, terminalOf, type AddCommand } from './command'
import { letterFacts, letterText, lettersText, replayText } from './dead-letter-text'

/** What was refused for good: look at it, and send it through the front door once more. */
export const addDeadLetter: AddCommand = (program, output) => {
  const letters = program.command('dead-letter').description('list, show and replay what was refused for good')
  addList(letters, output)
  addShow(letters, output)
  addReplay(letters, output)
}

function addList(letters: Command, output: Output): void {
  const command = addCommand(letters, {
    name: 'list',
    description: 'list dead letters, oldest first, a page at a time',
    examples: ['dead-letter list', 'dead-letter list --code INVALID_FIELD --from 100 --json'],
  })
  withFilter(command)
    .option('--limit <n>', 'how many at most, up to 1,000', limitOf, PAGE)
    .action(async (options: FilterOptions & { readonly limit: number }) => {
      const { from = 0, code = '', source = '', limit } = options
      const request = { from, code, source, limit, payloadBytesMax: 0 }
      const { page, byCode } = await asking(options, output, async (client) => {
        const found = await listPage(client, request)
        return { page: found, byCode: found.letters.length > 0 ? {} : (await call(client, 'getStatus', {})).deadLettersByCode }
      })
      terminalOf(output, options).answer({ ...page, letters: page.letters.map(letterFacts) }, lettersText(page, byCode))
    })
}

function addShow(letters: Command, output: Output): void {
  addCommand(letters, {
    name: 'show <offset>',
    description: 'show one dead letter, with its event where it holds one',
    examples: ['dead-letter show 17'],
  }).action(async (given: string, options: DataSetOptions) => {
    const offset = offsetOf(given)
    const request = { from: offset, limit: 1, code: '', source: '', payloadBytesMax: PAYLOAD_BYTES_MAX }
    const { letters: found } = await asking(options, output, (client) => call(client, 'listDeadLetters', request))
    const entry = found.find((each) => each.offset === offset)
    if (!entry) throw new NotFoundError('dead letter', given, '`freshet dead-letter list` shows which there are')
    terminalOf(output, options).answer(letterFacts(entry), letterText(entry))
  })
}

function addReplay(letters: Command, output: Output): void {
  const command = addCommand(letters, {
    name: 'replay [offsets...]',
    description:
      'send the events of dead letters through the front door once more, as they came; each counts once, however often this is called',
    examples: ['dead-letter replay 17 18', 'dead-letter replay --all --code INVALID_FIELD'],
  })
  withFilter(command)
    .option('--all', 'all that the other options let through and that were not replayed yet')
    .action(async (given: string[], options: ReplayOptions) => {
      const offsets = given.map(offsetOf)
      assertMeant(offsets, options)
      const done = await asking(options, output, (client) => (options.all ? replayAll(client, options) : replayNamed(client, offsets)))
      terminalOf(output, options).answer(done.map(ingest.ReplayedDeadLetter.toJSON), replayText(done))
    })
}

interface FilterOptions extends DataSetOptions {
  readonly from?: number
  readonly code?: string
  readonly source?: string
}

interface ReplayOptions extends FilterOptions {
  readonly all?: boolean
}

const PAGE = 50
const REPLAYED_AT_ONCE = 500
const PAYLOAD_BYTES_MAX = 1 << 20 // no record holds more
const DEADLINE = { deadlineMs: 60_000 }

const withFilter = (command: Command): Command =>
  command
    .option('--from <offset>', 'of these on', offsetOf)
    .option('--code <code>', 'with this reason, such as INVALID_FIELD')
    .option('--source <name>', 'from this door: append, stream, http, catalog, forget, link, a replay, or examples/…')

/** Asks ingest, wherever it runs. */
function asking<T>(options: DataSetOptions, output: Output, ask: (client: IngestClient) => Promise<T>): Promise<T> {
  const { note } = terminalOf(output, options)
  return withServices(configOf(options), { sections: ['ingest'], note }, ({ ingest: client }) => ask(client))
}

/** A call looks at a bounded part of the topic: asks on while a filter lets nothing through. */
async function listPage(client: IngestClient, request: ingest.ListDeadLettersRequest): Promise<ingest.ListDeadLettersResponse> {
  for (let { from } = request; ;) {
    const page = await call(client, 'listDeadLetters', { ...request, from }, DEADLINE)
    if (page.letters.length > 0 || page.next >= page.end) return page
    from = page.next
  }
}

async function replayNamed(client: IngestClient, offsets: readonly number[]): Promise<ingest.ReplayedDeadLetter[]> {
  const done: ingest.ReplayedDeadLetter[] = []
  for (let at = 0; at < offsets.length; at += REPLAYED_AT_ONCE) {
    const request = ingest.ReplayDeadLettersRequest.fromPartial({ offsets: offsets.slice(at, at + REPLAYED_AT_ONCE) })
    done.push(...(await call(client, 'replayDeadLetters', request, DEADLINE)).letters)
  }
  return done
}

/** Page by page, to where the topic ended at the first: what is marked meanwhile stands behind it. */
async function replayAll(client: IngestClient, { from = 0, code = '', source = '' }: FilterOptions): Promise<ingest.ReplayedDeadLetter[]> {
  const done: ingest.ReplayedDeadLetter[] = []
  let until = Infinity
  for (let at = from; at < until;) {
    const page = await call(client, 'replayDeadLetters', { offsets: [], from: at, limit: REPLAYED_AT_ONCE, code, source }, DEADLINE)
    done.push(...page.letters)
    until = Math.min(until, page.end)
    at = page.next
  }
  return done
}

function assertMeant(offsets: readonly number[], { all = false, code, source, from }: ReplayOptions): void {
  const isFiltered = [code, source, from].some((option) => option !== undefined)
  if (all ? offsets.length === 0 : offsets.length > 0 && !isFiltered) return
  const rule = 'a replay names its letters, or takes all that a filter lets through'
  throw new InvalidFieldError({ field: 'offsets', value: offsets.join(' '), rule, remedy: 'name offsets, or say --all' })
}

function offsetOf(text: string): number {
  const offset = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(offset)) return offset
  const rule = 'an offset is a whole number of 0 or more'
  throw new InvalidFieldError({ field: 'offset', value: text, rule, remedy: 'use one that `freshet dead-letter list` shows' })
}
