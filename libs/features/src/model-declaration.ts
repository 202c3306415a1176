import { z } from 'zod'

const widths = z.array(z.int().min(1).max(4096)).max(6)
const dimensions = z.int().min(1).max(256)

const dropout = z
  .number()
  .positive()
  .max(0.9)
  .optional()
  .describe('The share of the units of each hidden layer that a step leaves out; none where left out, and none in answers.')

const ranked = {
  dimensions: dimensions.default(16).describe('Width of an embedding.'),
  hidden: widths.default([64, 32]).describe('Widths of the hidden layers.'),
  dropout,
}

const wideAndDeep = z
  .strictObject({ kind: z.literal('wide-and-deep').optional(), ...ranked })
  .describe('Wide & Deep: a weight an id beside layers over embeddings. What is declared without a kind.')
  // said or not, it is the same model: neither its text nor the dictionary's hash may tell the two apart
  .transform(({ kind: _, ...declared }): typeof declared & { kind?: undefined } => declared)

const deepFm = z
  .strictObject({ kind: z.literal('deepfm'), ...ranked })
  .describe('DeepFM: a factorisation machine beside layers, over the same embeddings.')

const dcnV2 = z
  .strictObject({
    kind: z.literal('dcn-v2'),
    ...ranked,
    crossLayers: z.int().min(1).max(6).default(2).describe('How many cross layers.'),
    crossRank: z
      .int()
      .min(1)
      .max(512)
      .optional()
      .describe('Cross matrices as products of two of this rank, which is below fields × dimensions + numbers; full ones where left out.'),
    structure: z.enum(['parallel', 'stacked']).default('parallel').describe('Hidden layers beside the cross layers, or behind them.'),
  })
  .describe('DCN-V2: layers that multiply what they have by what was there first.')

const rank = z
  .discriminatedUnion('kind', [wideAndDeep, deepFm, dcnV2], { error: 'a kind is wide-and-deep, deepfm or dcn-v2' })
  .describe('The model that scores.')

const layer = z.strictObject({
  width: z.int().min(1).max(4096),
  activation: z.enum(['relu', 'tanh', 'linear']).default('relu').describe('What follows the affine map.'),
})

const tower = z.strictObject({
  layers: z.array(layer).max(6).describe('The hidden layers, from what is read to the last but one: a linear layer to the vector follows.'),
})

const recall = z
  .strictObject({
    dimensions: dimensions.default(32).describe('Width of an embedding.'),
    hidden: widths.default([64]).describe('Widths of the hidden layers of a tower that declares none of its own; relu follows each.'),
    user: tower.optional().describe("The user's tower."),
    item: tower.optional().describe("The item's tower."),
    width: z.int().min(1).max(512).default(32).describe("Width of the towers' vectors."),
    dropout,
    temperature: z.number().positive().default(1).describe('Divides the products of vectors.'),
    normalise: z.boolean().default(false).describe('Vectors of length 1.'),
  })
  .describe('The two-tower model that recalls.')

const learningRate = z.strictObject({
  dense: z.number().positive().max(1).default(0.001).describe('Of Adam, over the dense parameters.'),
  rows: z.number().positive().max(1).default(0.05).describe('Of row-wise Adagrad, over the embeddings.'),
})

/** The section `model` of a dictionary: the model set that one trainer owns. */
export const modelDeclaration = z.strictObject({
  seed: z.int().min(0).max(0xffffffff).default(1),
  rank: rank.prefault({}),
  recall: recall.prefault({}),
  learningRate: learningRate.prefault({}),
  admission: z.int().min(1).max(255).default(1).describe('How many steps must have met an id before it gets a row of its own.'),
  expireAfterSteps: z
    .int()
    .min(1)
    .max(0xffffffff)
    .optional()
    .describe('A row that no step has met for so many is given up, and its id is like one that was never met; never where left out.'),
  memoryBytes: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The most that the rows may take: in a full table new ids take the places of those met longest ago; no bound where left out.',
    ),
})

/** What model set is learned: declared in the dictionary, and part of the genesis of a line. */
export type ModelDeclaration = z.infer<typeof modelDeclaration>
