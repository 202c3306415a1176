import { z } from 'zod'

const widths = z.array(z.int().min(1).max(4096)).max(6)

const rank = z
  .strictObject({
    dimensions: z.int().min(1).max(256).default(16).describe('Width of an embedding.'),
    hidden: widths.default([64, 32]).describe('Widths of the hidden layers.'),
  })
  .describe('The Wide & Deep model that scores.')

const recall = z
  .strictObject({
    dimensions: z.int().min(1).max(256).default(32).describe('Width of an embedding.'),
    hidden: widths.default([64]).describe('Widths of the hidden layers of both towers.'),
    width: z.int().min(1).max(512).default(32).describe("Width of the towers' vectors."),
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
  admission: z.int().min(1).max(1000).default(1).describe('How often an id must occur before it gets a row of its own.'),
})

/** What model set is learned: declared in the dictionary, and part of the genesis of a line. */
export type ModelDeclaration = z.infer<typeof modelDeclaration>
