export { keyLink, problemOf } from '../client/link'
