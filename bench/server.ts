import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { readEnv } from '@/platform/env'
import { createApi } from '@/server/api'
import { buildDeps } from '@/server/deps'
import { answerProbes } from './child'
import { instantGateway } from './gateway'

/** The product's API in a process of its own, as `npm start` runs it, except that the bank answers at once. */
const deps = buildDeps(readEnv(), instantGateway)
const server = http.createServer(getRequestListener(createApi(deps).fetch))
server.listen(deps.env.PORT, '127.0.0.1', () => process.send?.({ ready: true }))
answerProbes(() => deps.attempts.flush())
