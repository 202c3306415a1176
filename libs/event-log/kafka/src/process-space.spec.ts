import { hostname } from 'node:os'
import { processSpace } from './process-space'

describe('where ids of processes hold', () => {
  it('is another place in each container, also where two have one name', () => {
    expect(processSpace(() => 'pid:[1]')).not.toBe(processSpace(() => 'pid:[2]'))
    expect(processSpace(() => 'pid:[1]')).toContain(hostname())
  })

  it('is the same in all processes beside this one', () => {
    expect(processSpace()).toBe(processSpace())
  })

  it('is the machine where nothing divides it', () => {
    expect(processSpace(() => undefined)).toBe(hostname())
  })
})
