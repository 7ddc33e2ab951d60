import fs from 'node:fs'
import path from 'node:path'
import { CodeBlock } from './code-block'

/** The example in docs/your-own-page.md, word for word. e2e/your-own-page.spec.ts runs it in a browser. */
function example(): string {
  const text = fs.readFileSync(path.join(process.cwd(), 'docs/your-own-page.md'), 'utf8')
  return /```tsx\n([\s\S]*?)\n```/.exec(text)?.[1] ?? ''
}

/** The client library on a page of the reader's own. */
export function OwnPageExample() {
  return (
    <>
      <ul className="list-disc space-y-1.5 ps-5 text-ink-2 text-ui marker:text-ink-3">
        <li>
          The key is stored before it is sent, and survives reloads, retries, offline spells and lost answers.
        </li>
        <li>One window of a browser pays; the others show its progress.</li>
        <li>
          A result is never guessed: <code className="font-mono text-xs">view.at</code> names the state to
          show, and only <code className="font-mono text-xs">ready</code> has a Pay button. An error means
          that an answer is missing, not that nothing was charged.
        </li>
      </ul>
      <CodeBlock text={example()} copy="the example" />
      <p className="mt-3 text-ink-2 text-ui">
        You also need the folder <code className="font-mono text-xs">src/idempotency/client</code>, which
        imports no other code of Payonce. Each state is explained in{' '}
        <code className="font-mono text-xs">docs/your-own-page.md</code>.
      </p>
    </>
  )
}
