/**
 * A sequence in windows of at most `length`, the newest full: each item but the very first is what follows in exactly one of them.
 *
 * math    windows begin at n − length, n − 2·length + 1, …: neighbours share one item, the one that is last in the older and first in the newer
 */
export function windowsOf(sequence: readonly number[], length: number): number[][] {
  const windows: number[][] = []
  for (let to = sequence.length; to > 1 || (to === 1 && windows.length === 0); to -= length - 1) {
    windows.push(sequence.slice(Math.max(0, to - length), to))
  }
  return windows
}
