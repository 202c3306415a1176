/** What a thread beside a service needs: without hosting, and so without the half second that loading it takes. */
export { connect } from '../client/client'
export { detailsOf, remoteError } from '../errors/error-details'
export type { ErrorDetails } from '../errors/errors'
export { letGo, type LogScope } from './let-go'
export { openRuntime } from './open-runtime'
