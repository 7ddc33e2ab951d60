import type { AddressInfo } from 'node:net'
import {
  engineResponse,
  fetchHandler,
  nodeHandler,
  problemResponse,
  readKey,
} from '@payonce/idempotency/http'
import express from 'express'
import { createOrder, idempotent, newOrder, pay, start } from '../shop.ts'

declare global {
  namespace Express {
    interface Request {
      user: { id: string }
    }
  }
}

const stop = await start()
const app = express()
app.use(express.json())
app.use((req, res, next) => {
  const id = req.get('user')
  if (id === undefined) return void res.status(401).send('Sign in.')
  req.user = { id }
  next()
})

const orders = fetchHandler({
  idempotent,
  operation: 'orders.create',
  scope: (_, req: express.Request) => req.user.id,
  parse: (body) => newOrder.parse(body),
  work: createOrder,
})
app.post('/orders', nodeHandler(orders))

app.post(
  '/payments',
  nodeHandler(async (request, req: express.Request) => {
    const key = readKey(request.headers.get('Idempotency-Key'))
    if ('problem' in key) return Response.json(key.problem, { status: 400 })
    try {
      return engineResponse(await pay(req.user.id, key.key, req.body))
    } catch (error) {
      const response = problemResponse(error)
      if (response) return response
      throw error
    }
  }),
)

const server = app.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`))
process.once('SIGTERM', () => {
  server.close()
  void stop()
})
