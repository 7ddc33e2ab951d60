import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const answers = new Map<string, string>()
let charges = 0

async function charge(): Promise<string> {
  await pause(20) // the bank
  charges += 1
  return JSON.stringify({ id: `ch_${charges}` })
}

const server = http.createServer(async (request, response) => {
  const key = String(request.headers['idempotency-key'])
  let answer = answers.get(key)
  if (answer === undefined) {
    answer = await charge()
    answers.set(key, answer)
  }
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(answer)
})
server.listen(Number(process.argv[2]), 'localhost')
