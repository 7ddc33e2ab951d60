import { createLogger } from 'better-auth'
import { openLog } from '../log'
import { ownOutput } from '../own-output'

/**
 * A process that prints its first argument in every way in which a library or Node can, for the test of what comes
 * out. The second argument chooses how it ends.
 */
const [text = '', end = ''] = process.argv.slice(2)
const log = openLog('info', 'payonce-test')
ownOutput(log)

// A second log of the process, as the parts of the product have.
openLog('info', 'payonce-test').info({ path: text }, `second ${text}`)
log.info({ path: text }, text)
log.error({ err: new Error(text) }, 'failed')
console.log('console.log', text)
console.info({ text })
console.warn('console.warn %s', text)
console.error(new Error(text))
console.error('with an error', new TypeError(text), text)
console.trace(text)
console.assert(false, text)
console.table([{ text }])
process.stdout.write(`stdout ${text}\nsecond line\n`)
process.stderr.write(Buffer.from(`stderr ${text}`), () => log.info('written'))
process.emitWarning(`warning ${text}`)
// As better-auth writes by default: coloured, to the console.
createLogger({ level: 'debug' }).error(`better-auth ${text}`, text)
// As Next writes.
const next = await import('next/dist/build/output/log.js')
next.error(`next ${text}`)
next.warnOnce(`next ${text}`)
process.emitWarning(text, 'DeprecationWarning', 'DEP9999')

setTimeout(() => {
  if (end === 'throw') throw new Error(`uncaught ${text}`)
  if (end === 'reject') void Promise.reject(new Error(`rejected ${text}`))
}, 20)
