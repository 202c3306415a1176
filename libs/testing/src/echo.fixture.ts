import { InvalidFieldError } from '@freshet/kernel'
import { fakeClock } from './fake-clock'

/** Answers each message with it, its arguments and a time that only our own source can tell; refuses 'fail'. */
process.on('message', (message) => {
  if (message === 'fail')
    throw new InvalidFieldError({ field: 'message', value: message, rule: 'it must not fail', remedy: 'send another' })
  process.send?.({ message, args: process.argv.slice(2), nowMs: fakeClock(7).nowMs(), flavour: process.env.FLAVOUR })
})
