/** What may be chosen from, and how many of it. */
export interface Choice {
  readonly k: number
  /** 0 where an index may not be chosen; all may where left out. */
  readonly allowed?: Uint8Array
  /** Only indices below it; all where left out. */
  readonly count?: number
}

/**
 * The indices of the k greatest scores, greatest first; of equal scores the lower index first.
 *
 * shape   scores Float32[n], allowed Uint8[n]  →  Uint32[≤ k]
 * cost    one pass and a heap of k: a score below the k-th costs one comparison
 */
export function topK(scores: Float32Array, { k, allowed, count = scores.length }: Choice): Uint32Array {
  const heap = new Uint32Array(k)
  let size = 0
  for (let i = 0; i < count; i++) {
    if (allowed !== undefined && allowed[i] === 0) continue
    if (size < k) {
      heap[size] = i
      siftUp(heap, scores, size++)
    } else if (k > 0 && scores[i] > scores[heap[0]]) {
      heap[0] = i
      siftDown(heap, scores, size)
    }
  }
  return heap.subarray(0, size).sort((a, b) => scores[b] - scores[a] || a - b)
}

/** Above stands the lesser score, of equal ones the greater index: the next to leave. */
const leavesBefore = (scores: Float32Array, a: number, b: number): boolean => scores[a] < scores[b] || (scores[a] === scores[b] && a > b)

function siftUp(heap: Uint32Array, scores: Float32Array, from: number): void {
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!leavesBefore(scores, heap[at], heap[parent])) return
    swap(heap, at, parent)
    at = parent
  }
}

function siftDown(heap: Uint32Array, scores: Float32Array, size: number): void {
  let at = 0
  for (;;) {
    let first = 2 * at + 1
    if (first >= size) return
    if (first + 1 < size && leavesBefore(scores, heap[first + 1], heap[first])) first++
    if (!leavesBefore(scores, heap[first], heap[at])) return
    swap(heap, at, first)
    at = first
  }
}

function swap(heap: Uint32Array, a: number, b: number): void {
  const kept = heap[a]
  heap[a] = heap[b]
  heap[b] = kept
}
