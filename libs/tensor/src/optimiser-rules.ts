import { ADAM, adamChange, adamMoments, type AdamConstants, type StepNumbers } from './adam'
import { adamLoop, type FlatMove } from './adam-loop'
import { norm } from './clip'
import { add, divide, multiply, relu, scale, sqrt, step, subtract } from './elementwise'
import { concat, slice } from './layout'
import { constant, type Node } from './node'
import { cellCount } from './shape'

/** The constants of each kind. */
export interface OptimiserConstants {
  sgd: {
    /** How much of the last movement goes on: 0 for plain descent. */
    readonly momentum: number
  }
  adagrad: {
    readonly epsilon: number
    /** What the sum of squares begins with. */
    readonly initialAccumulator: number
  }
  adam: AdamConstants
  adamw: AdamConstants & {
    /** What a parameter loses at each step, times the learning rate. */
    readonly weightDecay: number
  }
  ftrl: {
    /** β of the paper: keeps the first steps short. */
    readonly smoothing: number
    /** Parameters whose gradients sum to less than this are exactly 0. */
    readonly l1: number
    readonly l2: number
  }
  lamb: AdamConstants & { readonly weightDecay: number }
}

/** Every way to follow a gradient. */
export type OptimiserKind = keyof OptimiserConstants

/** Consecutive floats of the flat tensor that belong together: what LAMB takes a norm of. */
export interface ParameterRange {
  readonly name: string
  readonly offset: number
  readonly shape: readonly number[]
}

/** What an optimiser keeps beside the parameters, a number for each of them. */
export interface Slot {
  readonly name: string
  /** What all of it is before the first step. */
  readonly start: number
}

/** What a rule sees. */
export interface RuleScope extends StepNumbers {
  /** shape  [P], as are gradient and slots */
  readonly parameters: Node
  readonly gradient: Node
  readonly slots: readonly Node[]
  readonly ranges: readonly ParameterRange[]
}

/** An optimiser whose constants are settled. */
export interface OptimiserRule {
  readonly slots: readonly Slot[]
  /** Whose powers correct the running means; absent where nothing is corrected. */
  readonly forgetting?: AdamConstants
  next(scope: RuleScope): { readonly parameters: Node; readonly slots: readonly Node[] }
  /** The same bits in one pass, where that is faster. */
  readonly loop?: FlatMove
}

/** How each optimiser moves, a row each: its defaults, and its rule as its paper has it. */
export const optimiserRules: {
  readonly [K in OptimiserKind]: { readonly defaults: OptimiserConstants[K]; rule(constants: OptimiserConstants[K]): OptimiserRule }
} = {
  // b ← μb + g;  θ ← θ − ηb. Polyak (1964), as torch.optim.SGD writes it
  sgd: {
    defaults: { momentum: 0 },
    rule: ({ momentum }) => (momentum === 0 ? plainDescent : heavyBall(momentum)),
  },
  // a ← a + g²;  θ ← θ − ηg / (√a + ε). Duchi et al., Adaptive subgradient methods (2011)
  adagrad: {
    defaults: { epsilon: 1e-10, initialAccumulator: 0 },
    rule: ({ epsilon, initialAccumulator }) => ({
      slots: [{ name: 'accumulator', start: initialAccumulator }],
      next: ({ parameters, gradient, slots: [accumulator], rate }) => {
        const next = add(accumulator, multiply(gradient, gradient))
        const change = divide(multiply(gradient, rate), add(sqrt(next), constant(epsilon)))
        return { parameters: subtract(parameters, change), slots: [next] }
      },
    }),
  },
  // Kingma & Ba, Adam (2015), algorithm 1
  adam: { defaults: ADAM, rule: (constants) => byMoments(constants, (parameters, change) => subtract(parameters, change)) },
  // θ ← θ − ηλθ before Adam's change. Loshchilov & Hutter, Decoupled weight decay regularization (2019), algorithm 2
  adamw: {
    defaults: { ...ADAM, weightDecay: 0.01 },
    rule: (constants) =>
      byMoments(constants, (parameters, change, { rate }) =>
        subtract(multiply(parameters, subtract(constant(1), scale(rate, constants.weightDecay))), change),
      ),
  },
  ftrl: { defaults: { smoothing: 1, l1: 0, l2: 0 }, rule: followTheLeader },
  lamb: { defaults: { ...ADAM, epsilon: 1e-6, weightDecay: 0.01 }, rule: lamb },
}

const plainDescent: OptimiserRule = {
  slots: [],
  next: ({ parameters, gradient, rate }) => ({ parameters: subtract(parameters, multiply(gradient, rate)), slots: [] }),
}

const heavyBall = (momentum: number): OptimiserRule => ({
  slots: [{ name: 'velocity', start: 0 }],
  next: ({ parameters, gradient, slots: [velocity], rate }) => {
    const next = add(scale(velocity, momentum), gradient)
    return { parameters: subtract(parameters, multiply(next, rate)), slots: [next] }
  },
})

const MOMENTS: readonly Slot[] = ['mean', 'square'].map((name) => ({ name, start: 0 }))

/** Adam's family: the same running means, and what becomes of their change. */
const byMoments = (
  constants: AdamConstants & { readonly weightDecay?: number },
  move: (parameters: Node, change: Node, numbers: StepNumbers) => Node,
): OptimiserRule => ({
  slots: MOMENTS,
  forgetting: constants,
  loop: adamLoop(constants),
  next: ({ parameters, gradient, slots: [mean, square], ...numbers }) => {
    const next = adamMoments({ mean, square }, gradient, constants)
    return { parameters: move(parameters, adamChange(next, numbers, constants), numbers), slots: [next.mean, next.square] }
  },
})

/**
 * Follow the regularised leader, each parameter with a rate of its own; the learning rate is the paper's α. It keeps no memory of a value that
 * a parameter was born with beyond its first gradient.
 *
 * math    σ = (√(n + g²) − √n) / α;  z ← z + g − σθ;  n ← n + g²;
 *         θ ← 0 where |z| ≤ λ₁, else −(z − sgn(z)·λ₁) / ((β + √n) / α + λ₂)
 * source  McMahan et al., Ad click prediction: a view from the trenches (2013), algorithm 1
 */
function followTheLeader({ smoothing, l1, l2 }: OptimiserConstants['ftrl']): OptimiserRule {
  return {
    slots: ['squares', 'linear'].map((name) => ({ name, start: 0 })),
    next: ({ parameters, gradient, slots: [squares, linear], rate }) => {
      const nextSquares = add(squares, multiply(gradient, gradient))
      const sigma = divide(subtract(sqrt(nextSquares), sqrt(squares)), rate)
      const nextLinear = add(linear, subtract(gradient, multiply(sigma, parameters)))
      const beyond = subtract(relu(subtract(scale(nextLinear, -1), constant(l1))), relu(subtract(nextLinear, constant(l1))))
      const stiffness = add(divide(add(sqrt(nextSquares), constant(smoothing)), rate), constant(l2))
      return { parameters: divide(beyond, stiffness), slots: [nextSquares, nextLinear] }
    },
  }
}

/**
 * Adam's direction with weight decay, each named range of the flat tensor as far as it is long itself.
 *
 * math    r = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) + λθ;  θ ← θ − η · (‖θ‖ / ‖r‖) · r by range, the ratio 1 where either norm is 0
 * source  You et al., Large batch optimization for deep learning (2020), algorithm 2, φ the identity
 */
function lamb(constants: OptimiserConstants['lamb']): OptimiserRule {
  return {
    slots: MOMENTS,
    forgetting: constants,
    next: ({ parameters, gradient, slots: [mean, square], ranges, rate, corrections }) => {
      const next = adamMoments({ mean, square }, gradient, constants)
      const adaptive = adamChange(next, { rate: constant(1, [1]), corrections }, constants)
      const direction = add(adaptive, scale(parameters, constants.weightDecay))
      const trusted = ranges.map(({ offset, shape }) => {
        const [held, moved] = [parameters, direction].map((all) => slice(all, 0, [offset, offset + cellCount(shape)]))
        return multiply(moved, trustRatio(held, moved))
      })
      return { parameters: subtract(parameters, multiply(concat(trusted, 0), rate)), slots: [next.mean, next.square] }
    },
  }
}

/** shape  [length], [length]  →  [1] */
function trustRatio(held: Node, moved: Node): Node {
  const [length, distance] = [norm(held), norm(moved)]
  const isMeant = multiply(step(length), step(distance))
  const unmeant = subtract(constant(1), isMeant)
  return add(divide(multiply(length, isMeant), add(distance, unmeant)), unmeant)
}
