import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const answers = new Map<string, Promise<string>>()
let charges = 0

async function charge(): Promise<string> {
  await pause(20) // the bank
  charges += 1
  return JSON.stringify({ id: `ch_${charges}` })
}

const server = http.createServer(async (request, response) => {
  const key = String(request.headers['idempotency-key'])
  // Nothing is awaited between the question and the claim, so one request alone finds the key free.
  const answer = answers.get(key) ?? charge()
  answers.set(key, answer)
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(await answer)
})
server.listen(Number(process.argv[2]), 'localhost')
