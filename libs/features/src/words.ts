import { hash32, naturalLog } from '@freshet/kernel'

/** The words of a text, in lower case: runs of letters and digits of any script, two characters or more, without the commonest English ones. */
export function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []
  return words.filter((word) => !COMMON.has(word))
}

/**
 * Words as a vector of length 1 (0 for none): each word adds or takes its weight at the dimension that its hash names.
 *
 * math    v[h(w) mod n] ± (1 + ln tf(w)) · (1 + ln |w|); rare words tend to be long, which stands in for a document frequency
 *         that would change under the feet of stored examples
 * source  Weinberger et al., Feature hashing for large scale multitask learning (2009)
 */
export function hashWords(words: readonly string[], out: Float32Array): Float32Array {
  const frequency = new Map<string, number>()
  for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  for (const [word, times] of frequency) {
    const hash = hash32(word, WORD_SEED)
    const weight = (1 + naturalLog(times)) * (1 + naturalLog(word.length))
    out[(hash >>> 1) % out.length] += (hash & 1) === 0 ? weight : -weight
  }
  let square = 0
  for (const value of out) square += value * value
  if (square > 0) for (let i = 0; i < out.length; i++) out[i] /= Math.sqrt(square)
  return out
}

const WORD_SEED = 0x3c6ef372
const COMMON = new Set(['an', 'and', 'as', 'at', 'by', 'for', 'from', 'in', 'is', 'it', 'of', 'on', 'or', 'the', 'to', 'with'])
