import http from 'node:http'

/** A receiver of webhooks in a process of its own: reads each request and answers 200 after argv[2] ms. */
const delayMs = Number(process.argv[2] ?? 0)
const server = http.createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
    if (delayMs > 0) setTimeout(answer, delayMs)
    else answer()
  })
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.once('disconnect', () => process.exit(0))
