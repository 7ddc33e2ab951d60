export { type FetchHandler, fetchHandler, type HandlerOptions } from '../adapters/fetch-handler'
export { engineResponse, problemResponse, type ResponseOptions, responseOf } from '../adapters/fetch-response'
export { EXPOSED_HEADERS, waitPreferred } from '../adapters/http'
export { readKey } from '../adapters/key-header'
