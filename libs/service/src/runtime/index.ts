/** What a thread beside a service needs: without hosting, and so without the half second that loading it takes. */
export { detailsOf } from '../errors/error-details'
export { openRuntime } from './open-runtime'
