import { z } from 'zod'
import { contextFeature, crossFeature, itemFeature, userFeature } from './declared-feature'
import { modelDeclaration } from './model-declaration'

const label = z.union([
  z.literal('positive'),
  z.literal('negative'),
  z.literal('none'),
  z.strictObject({ atLeast: z.number().describe('1 from this value on, else 0.') }),
])

const event = z.strictObject({
  label: label.default('none').describe('What an event of this type says about its item; `none`: nothing to learn from.'),
  explicit: z.boolean().default(false).describe('It says no as well as yes, so no negatives are drawn for it.'),
  weight: z.number().positive().max(100).default(1).describe('How much its examples count in learning.'),
  consumes: z.boolean().default(false).describe('The item is not recommended to this user again.'),
  touches: z.boolean().default(true).describe('It counts in features of the item.'),
  impression: z.boolean().default(false).describe('It is a list that was shown.'),
  corrects: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('It takes back the last event of each of these types on its item: what that consumed may be recommended again.'),
})

const remember = z
  .strictObject({
    items: z.int().min(1).max(10_000).default(1000).describe('Items of which a user is remembered to have acted upon them.'),
    categories: z.int().min(1).max(1000).default(100).describe('Values of affinities that are remembered of a user.'),
  })
  .describe('Bounds of the state of one user.')

const value = z
  .strictObject({
    prior: z.number().default(0).describe('The mean that is believed before any event.'),
    weight: z.number().positive().default(5).describe('How many events that belief is worth.'),
  })
  .describe('What is known beforehand of the values of events whose label depends on them: ratings.')

const EVENT_TYPES_MAX = 32 // a word says which of them joined a shown item

const diversity = z
  .strictObject({
    attribute: z.string().min(1).describe('The attribute of items whose first value counts.'),
    most: z.int().min(1).max(500).describe('How many items of one value a list has at most, as far as others are left.'),
  })
  .describe('Keeps one kind of item from filling a list.')

const arrange = z.strictObject({
  diversity: diversity.optional(),
  recallWeight: z.number().min(0).max(10).default(1).describe('score = probability of rank × likelihood of recall to this power'),
})

/** The YAML file in which an application declares its events, features and model. */
export const declaredDictionary = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'names consist of a-z, 0-9 and -, and start with a letter'),
  events: z
    .record(z.string().min(1).max(64), event)
    .refine((types) => Object.keys(types).length <= EVENT_TYPES_MAX, `a dictionary has at most ${EVENT_TYPES_MAX} types of events`)
    .meta({ maxProperties: EVENT_TYPES_MAX })
    .describe('Types of events; others are refused.'),
  negatives: z.int().min(0).max(32).default(4).describe('Items drawn for a positive that came without a list.'),
  joinWindowMs: z.int().min(1).max(86_400_000).default(600_000).describe('How long a list waits for its clicks.'),
  lateLabelMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .optional()
    .describe('How long after its window a list still takes labels, which correct its negatives; joinWindowMs where left out.'),
  lateClickMs: z.int().min(0).max(600_000).default(10_000).describe('How long a click waits for its list.'),
  latenessMs: z.int().min(0).max(600_000).default(2_000).describe('How far behind the ticks an event may be and not be late.'),
  user: z.array(userFeature).min(1),
  item: z.array(itemFeature).min(1),
  cross: z.array(crossFeature).default([]),
  context: z.array(contextFeature).default([]),
  value: value.prefault({}),
  remember: remember.prefault({}),
  model: modelDeclaration.prefault({}),
  arrange: arrange.prefault({}),
})

/** A dictionary as declared, with its defaults filled in. */
export type DeclaredDictionary = z.infer<typeof declaredDictionary>

/** The JSON Schema of the YAML file, for editors: published as dictionary.schema.json. */
export const dictionarySchema = (): object => ({
  ...z.toJSONSchema(declaredDictionary, { io: 'input' }),
  title: 'A feature dictionary of Freshet',
})
