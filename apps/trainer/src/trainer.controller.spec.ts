import { NotFoundError, UnavailableError } from '@freshet/kernel'
import type { Runtime } from '@freshet/service'
import { TrainerController } from './trainer.controller'
import type { TrainerService } from './trainer.service'
import type { VersionTransfer } from './version-transfer'

/** A controller over a thread that writes down what it was asked, and grants whatever it is told to. */
function open() {
  const asked: unknown[] = []
  const service = {
    async ask(verb: string, argument: string | number) {
      asked.push([verb, argument])
      if (argument === 'v-9') throw new NotFoundError('version', 'v-9', 'there are: v-1')
      return { epoch: 2, step: 7, journalOffset: 40 }
    },
  } as unknown as TrainerService
  return {
    asked,
    controller: new TrainerController({ logger: { info: () => undefined } } as unknown as Runtime, service, {} as VersionTransfer),
  }
}

describe('a trainer that is asked', () => {
  it('grants its model set to whom it is told, and to nobody without a name', async () => {
    const { controller, asked } = open()
    await expect(controller.grant({ to: '', lagStepsMax: 0 })).rejects.toMatchObject({ code: 'INVALID_FIELD', facts: { field: 'to' } })
    expect(asked).toEqual([])
    expect(await controller.grant({ to: 'b-1', lagStepsMax: 0 })).toEqual({ epoch: 2, step: 7, journalOffset: 40 })
    expect(asked).toEqual([['grant', 'b-1']])
  })

  it('takes 0 workers for as many as load asks for', async () => {
    const { controller, asked } = open()
    await controller.scale({ workers: 3 })
    await controller.scale({ workers: 0 })
    expect(asked).toEqual([
      ['scale', 3],
      ['scale', 'auto'],
    ])
  })

  it('turns rankers to a version, or with none back to what is learned', async () => {
    const { controller, asked } = open()
    expect(await controller.rollBack({ version: '' })).toEqual({ version: '', journalOffset: 40 })
    expect(asked).toEqual([['serve', '']])
    await expect(controller.rollBack({ version: 'v-9' })).rejects.not.toBeInstanceOf(UnavailableError)
    await expect(controller.rollBack({ version: 'v-9' })).rejects.toThrow('there are: v-1')
  })
})
