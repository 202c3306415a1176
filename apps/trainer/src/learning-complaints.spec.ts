import { PreconditionError, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { LearningComplaints } from './learning-complaints'

const refusal = new PreconditionError('all versions are of another log', 'bring it back')

describe('what a trainer complains of', () => {
  it('is nothing as long as it learns', () => {
    const complaints = new LearningComplaints(fakeClock(1))
    complaints.stands([])
    complaints.ended(undefined)
    expect(complaints.list()).toEqual([])
  })

  it('is each reason for which it stands still, since that was first said, until it is over', async () => {
    const clock = fakeClock(1000)
    const complaints = new LearningComplaints(clock)
    complaints.stands(['one'])
    await clock.advance(50)
    complaints.stands(['one', 'two'])
    expect(complaints.list()).toEqual([
      { what: 'learning stands still', because: 'one', sinceMs: 1000 },
      { what: 'learning stands still', because: 'two', sinceMs: 1050 },
    ])
    complaints.stands([])
    expect(complaints.list()).toEqual([])
  })

  it('is by what its thread ends again and again, where no further try heals that, until one has come to the end of the journal', async () => {
    const clock = fakeClock(1000)
    const complaints = new LearningComplaints(clock)
    complaints.ended(refusal)
    await clock.advance(50)
    complaints.ended(refusal)
    expect(complaints.list()).toEqual([{ what: 'the trainer cannot go on', because: refusal.message, sinceMs: 1000 }])
    complaints.recovered()
    expect(complaints.list()).toEqual([])
  })

  it('is not what heals by itself, nor why a thread stood still that is gone', () => {
    const complaints = new LearningComplaints(fakeClock(1))
    complaints.stands(['one'])
    complaints.ended(new UnavailableError('the log', 'ask again'))
    complaints.ended(new TypeError('a mistake'))
    expect(complaints.list()).toEqual([])
  })
})
