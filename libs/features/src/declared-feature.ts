import { z } from 'zod'

const DURATION_MS_MAX = 315_360_000_000 // ten years: a window is not a way to say "ever"

/** Names appear in field lists, in explanations and as seeds of ids: renaming one starts it afresh. */
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'names consist of a-z, 0-9 and _, and start with a letter')
const attribute = z.string().min(1).optional().describe('The attribute that is read; the name of the feature where left out.')
const events = z.array(z.string().min(1)).min(1).describe('Types of events that count.')
const durationMs = z.int().positive().max(DURATION_MS_MAX)
const scale = z.number().positive().default(1).describe('What the outcome is multiplied by, to lie near -1..1.')
const separator = z.string().length(1).optional().describe('Splits one value into levels: a/b/c gives a, a/b and a/b/c.')
const slots = z.int().min(1).max(64)

const id = z.strictObject({ name, kind: z.literal('id') }).describe('The id itself, as an embedding.')

const category = z
  .strictObject({
    name,
    kind: z.literal('category'),
    attribute,
    slots: slots.default(1).describe('How many values are kept at most.'),
    separator,
  })
  .describe('An attribute with one value or several, as embeddings.')

const bucket = z
  .strictObject({ name, kind: z.literal('bucket'), attribute, boundaries: z.array(z.number()).min(1).max(256) })
  .describe('A number as the embedding of the interval it falls into.')

const numeric = z
  .strictObject({
    name,
    kind: z.literal('numeric'),
    attribute,
    minimum: z.number().default(0),
    maximum: z.number().default(1),
    logarithm: z.boolean().default(false).describe('Takes the logarithm of value and bounds (1 added) first.'),
  })
  .describe('A number, mapped so that minimum..maximum becomes 0..1; 0 where it is missing.')

const vector = z
  .strictObject({ name, kind: z.literal('vector'), attribute, dimensions: z.int().min(1).max(1024) })
  .describe('A given vector, as it is.')

const text = z
  .strictObject({
    name,
    kind: z.literal('text'),
    attribute,
    dimensions: z.int().min(0).max(256).default(32).describe('Numbers: words hashed to so many dimensions, of length 1 together.'),
    words: z.int().min(0).max(64).default(0).describe('Slots: the first so many words, as embeddings.'),
  })
  .describe('A text by its words.')

const count = z
  .strictObject({ name, kind: z.literal('count'), events, windowMs: durationMs, buckets: z.int().min(1).max(64).default(8), scale })
  .describe('How many events a sliding window holds, on a logarithmic scale.')

const rate = z
  .strictObject({
    name,
    kind: z.literal('rate'),
    of: events,
    per: events,
    windowMs: durationMs,
    buckets: z.int().min(1).max(64).default(8),
    prior: z.number().min(0).default(0.05).describe('The rate that is believed before any event.'),
    weight: z.number().positive().default(20).describe('How many events that belief is worth.'),
    scale,
  })
  .describe('Events of one kind per event of another, in a sliding window; less the prior.')

const mean = z
  .strictObject({ name, kind: z.literal('mean'), scale })
  .describe('The mean value of the events that carried one; less the prior.')

const bias = z
  .strictObject({ name, kind: z.literal('bias'), scale })
  .describe('How far values lie above what their other side (the item of a user, the user of an item) lets expect, in the mean.')

const since = z
  .strictObject({ name, kind: z.literal('since'), moment: z.enum(['first', 'last', 'created']).default('last'), unitMs: durationMs, scale })
  .describe('Time since a moment in units, on a logarithmic scale; 0 where there was none.')

const total = z.strictObject({ name, kind: z.literal('total'), scale }).describe('How many events there ever were, on a logarithmic scale.')

const sequence = z
  .strictObject({
    name,
    kind: z.literal('sequence'),
    events,
    last: slots,
    atLeast: z.number().optional().describe('Only events with such a value.'),
    below: z.number().optional().describe('Only events with such a value.'),
    shares: name.optional().describe('The id feature of items whose embeddings are used; their own where left out.'),
  })
  .describe('The last items, newest first, as embeddings.')

const pair = z
  .strictObject({ name, kind: z.literal('pair'), events, unitMs: durationMs.default(86_400_000), scale })
  .describe('What this user did to this item: a logarithmic count per type, and how recent the last was (1 now, ½ after a unit).')

const affinity = z
  .strictObject({
    name,
    kind: z.literal('affinity'),
    attribute: z.string().min(1),
    separator,
    unitMs: durationMs.default(604_800_000),
    scale,
  })
  .describe(
    "How much of this user's recent activity, of half-life unitMs, fell on the item's values; and how its values lay above expectation there.",
  )

const cross = z
  .strictObject({
    name,
    kind: z.literal('cross'),
    user: z.string().min(1).describe('An attribute of users; `id` is the user itself; `last` is the item acted upon last.'),
    item: z.string().min(1).describe('An attribute of items; `id` is the item itself.'),
    slots: slots.default(1),
  })
  .describe('Pairs of values, each an embedding of its own.')

const key = z
  .strictObject({
    name,
    kind: z.literal('key'),
    key: z.string().min(1).optional().describe('The key of the context; the name of the feature where left out.'),
  })
  .describe('A value of the request or event, as an embedding.')

const hour = z.strictObject({ name, kind: z.literal('hour') }).describe('The hour of the day, UTC, as an embedding.')
const weekday = z.strictObject({ name, kind: z.literal('weekday') }).describe('The day of the week, UTC, as an embedding.')

const ofAttributes = [category, bucket, numeric, vector, text] as const
const ofActivity = [count, rate, mean, bias, since, total] as const

export const userFeature = z.discriminatedUnion('kind', [id, ...ofAttributes, ...ofActivity, sequence])
export const itemFeature = z.discriminatedUnion('kind', [id, ...ofAttributes, ...ofActivity])
export const crossFeature = z.discriminatedUnion('kind', [pair, affinity, cross])
export const contextFeature = z.discriminatedUnion('kind', [key, hour, weekday])

export type UserFeature = z.infer<typeof userFeature>
export type ItemFeature = z.infer<typeof itemFeature>
export type CrossFeature = z.infer<typeof crossFeature>
export type ContextFeature = z.infer<typeof contextFeature>
