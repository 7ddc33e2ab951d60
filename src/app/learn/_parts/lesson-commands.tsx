import { CodeBlock } from '@/app/docs/_parts/code-block'
import { KEY_COMMAND, keyStateCommand, PAYMENT_BODY, payCommand } from '@/app/docs/_parts/curl-commands'
import { UNUSABLE_KEY } from './sentences'

/**
 * The commands that do the same at this installation.
 * @param paymentKey null: the key in the field is none
 */
export function LessonCommands({ url, paymentKey }: { url: string; paymentKey: string | null }) {
  if (paymentKey === null) return <p className="text-ink-3 text-ui">{UNUSABLE_KEY}</p>
  const commands = [
    {
      text: 'Read the demo API key, in the folder of Payonce: it is in the data folder of the running sandbox.',
      run: KEY_COMMAND,
    },
    {
      text: 'Pay. Send it again, and nothing more is charged.',
      run: payCommand(url, paymentKey, PAYMENT_BODY),
    },
    { text: 'The record of the key in the store.', run: keyStateCommand(url, paymentKey) },
  ]
  return (
    <ol className="flex flex-col gap-5">
      {commands.map(({ text, run }) => (
        <li key={text} className="min-w-0">
          <p className="text-ink-2 text-ui">{text}</p>
          <CodeBlock text={run} copy={`the command: ${text}`} />
        </li>
      ))}
    </ol>
  )
}
