import fs from 'node:fs'
import path from 'node:path'
import { CodeBlock } from './code-block'

/** The example of docs/your-own-page.md, as it stands there; a test runs it in a browser. */
function example(): string {
  const text = fs.readFileSync(path.join(process.cwd(), 'docs/your-own-page.md'), 'utf8')
  return /```tsx\n([\s\S]*?)\n```/.exec(text)?.[1] ?? ''
}

/** How somebody else's page gets what our checkout has. */
export function OwnPageExample() {
  return (
    <>
      <ul className="list-disc space-y-1.5 ps-5 text-ink-2 text-ui marker:text-ink-3">
        <li>The key is put away before it is sent, and kept over reload, retry, offline and lost answers.</li>
        <li>One window of a browser pays; the others show what it does.</li>
        <li>
          An end is never guessed: <code className="font-mono text-xs">view.at</code> says what to show, and
          only <code className="font-mono text-xs">ready</code> has a Pay button. An error says that an answer
          is missing, not that nothing was charged.
        </li>
      </ul>
      <CodeBlock text={example()} />
      <p className="mt-3 text-ink-2 text-ui">
        This is all of it, with the folder <code className="font-mono text-xs">src/idempotency/client</code>,
        which imports nothing of ours. What each state means stands in{' '}
        <code className="font-mono text-xs">docs/your-own-page.md</code>.
      </p>
    </>
  )
}
