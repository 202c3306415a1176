import { InvalidFieldError } from '@freshet/kernel'
import { listSupportedBackends } from 'onnxruntime-node'

/** The provider that every installation has, and that every other one falls back to. */
export const CPU = 'cpu'

/**
 * The execution providers that the installed ONNX Runtime was built with, as it says itself. Whether one can be opened depends on
 * devices, drivers and libraries: only trying tells.
 */
export const offeredProviders = (): readonly string[] => listSupportedBackends().map(({ name }) => name)

/** Throws InvalidFieldError where a preference names what the installed runtime does not offer. */
export function assertOffered(providers: readonly string[], offered: readonly string[] = offeredProviders()): void {
  const unknown = providers.find((provider) => !offered.includes(provider))
  if (unknown === undefined) return
  const rule = `the installed ONNX Runtime offers ${offered.join(', ')}`
  throw new InvalidFieldError({ field: 'providers', value: unknown, rule, remedy: 'name some of these, the preferred one first' })
}

/** What is tried, in order: what is preferred, each once, up to the CPU, which never fails. */
export function inOrder(providers: readonly string[]): readonly string[] {
  const others = [...new Set(providers)]
  const cpu = others.indexOf(CPU)
  return [...(cpu < 0 ? others : others.slice(0, cpu)), CPU]
}
