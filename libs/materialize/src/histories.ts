import { encoded, type Forget, type FoldState, type Link, type MovedHistory, UserState, WaitingImpression } from '@freshet/contracts'
import { actorOf, foldForgottenUser, mergeUsers, partsOfUser, personalIds } from '@freshet/features'
import type { Effects } from './effects'
import type { FoldScope } from './fold-scope'
import type { ForgottenActors } from './forgotten-actors'
import type { Joins } from './joins'

/** What the records that concern whole histories change. */
export interface HistoriesScope {
  readonly scope: FoldScope
  readonly state: FoldState
  readonly effects: Effects
  readonly joins: Joins
  readonly forgotten: ForgottenActors
}

/** Forgets histories, and moves them from sessions to users: all by records of `events`, as everything else. */
export class Histories {
  constructor(private readonly house: HistoriesScope) {}

  /** Everything that came of the actor's events goes; the trainer is told which rows are to go. */
  forget(forget: Forget, acceptedMs: number): void {
    const { scope, forgotten, effects, joins } = this.house
    const actor = actorOf(forget)
    const user = scope.states.user(actor)
    const item = (itemId: string) => scope.states.item(itemId)
    effects.group(actor, joins.maker.forgotten(actor, personalIds(scope.dictionary, { userId: actor, user, item })))
    joins.forget(actor)
    scope.states.saveUser(actor, foldForgottenUser(user))
    forgotten.add(actor, acceptedMs)
  }

  /** Sends what a session did to its user's partition, and keeps none of it. A click that waits for its list stays: both were the session's. */
  link({ sessionId, userId }: Link, linkedMs: number): void {
    const { scope, effects, joins } = this.house
    const actor = actorOf({ userId: '', sessionId })
    const session = scope.states.user(actor)
    const send = (part: MovedHistory['part']): void => effects.move({ userId, sessionId, linkedMs, part })
    if (session !== undefined) {
      for (const part of partsOfUser(session)) send({ $case: 'userState', userState: encoded(UserState, part) })
      scope.states.saveUser(actor, undefined)
    }
    for (const requestId of joins.impressions.of(actor)) {
      const list = joins.impressions.get(requestId)
      const bytes = list && encoded(WaitingImpression, { ...list, userId })
      if (bytes === undefined || bytes.length > LIST_BYTES_MAX) continue // too large for a record: its window closes here
      joins.impressions.drop(requestId)
      send({ $case: 'list', list: bytes })
    }
  }

  /** Takes what a link has sent, once; what was forgotten since the link stays forgotten. */
  moved({ userId, sourcePartition, sequence, linkedMs, part }: MovedHistory): void {
    const { scope, state, forgotten, joins } = this.house
    while (state.movedReceived.length < scope.partitions) state.movedReceived.push(0)
    if (sequence < state.movedReceived[sourcePartition]) return
    state.movedReceived[sourcePartition] = sequence + 1
    if (forgotten.since(userId, linkedMs)) return
    if (part?.$case === 'userState')
      scope.states.saveUser(userId, mergeUsers(scope.dictionary, scope.states.user(userId), UserState.decode(part.userState)))
    if (part?.$case === 'list') joins.moved(WaitingImpression.decode(part.list))
  }
}

const LIST_BYTES_MAX = 1_000_000 // a record has a mebibyte, frame included
