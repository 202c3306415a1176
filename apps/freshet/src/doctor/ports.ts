import { isFreshetError } from '@freshet/kernel'
import { assertPlaceFree, type Config, type ServiceSection } from '@freshet/service'
import { SECTIONS } from '../all-in-one'
import { findServices } from '../services'
import type { Finding } from './finding'

/** Whether the services could listen where they are told to; where some of ours do, that is good, too. */
export async function portFindings(config: Config): Promise<Finding[]> {
  const running = Object.values(await findServices(config, SECTIONS))
  const found: PortFinding[] = []
  for (const section of ['all' as const, ...SECTIONS]) found.push(await portFinding(config, section, running)) // they share a port
  return [found[0], alone(found.slice(1))]
}

interface PortFinding extends Finding {
  readonly section: ServiceSection
}

async function portFinding(config: Config, section: ServiceSection, running: readonly (string | undefined)[]): Promise<PortFinding> {
  const { grpc, http } = config[section]
  const places = [grpc, http].filter((place) => place !== '').join(' and ')
  const check = section === 'all' ? 'ports of `up`' : `ports of ${section}`
  if (running.includes(grpc)) return { section, check, state: 'good', says: `Freshet listens at ${places}` }
  try {
    await assertPlaceFree(config, section)
    return { section, check, state: 'good', says: `${places} ${http === '' ? 'is' : 'are'} free` }
  } catch (error) {
    if (!isFreshetError(error)) throw error
    const [says, remedy] = error.message.split('; ', 2)
    return { section, check, state: 'wrong', says, remedy }
  }
}

/** Services of their own are not what a newcomer begins with: their ports are worth a line. */
function alone(found: readonly PortFinding[]): Finding {
  const check = 'ports of services alone'
  const taken = found.filter(({ state }) => state !== 'good')
  if (taken.length === 0) return { check, state: 'good', says: `each could listen, or does` }
  return {
    check,
    state: 'odd',
    says: taken.map(({ says }) => says).join('; '),
    remedy: `only where they run by themselves: ${taken[0].remedy}`,
  }
}
