import { subjectIdOf } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import { Fact, Facts } from '@/ui/card'
import { TextField } from '@/ui/field'
import { recordOf } from '../_model/safe-server'

/** The key, and what is made of it. */
export function KeyPanel({
  value,
  onChange,
  problem,
}: {
  value: string
  onChange: (key: string) => void
  problem: Problem | null
}) {
  return (
    <>
      <TextField
        id="payment-key"
        label="Idempotency key"
        hint="Another key is another purchase."
        error={problem?.detail}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="font-mono"
      />
      <Facts className="mt-3">
        <Fact name="Its record">
          <Derived text={problem ? '—' : recordOf(value)} />
        </Fact>
        <Fact name="Its payment row, and the key that the bank gets">
          <Derived text={problem ? '—' : subjectIdOf(recordOf(value))} />
        </Fact>
      </Facts>
    </>
  )
}

function Derived({ text }: { text: string }) {
  return <code className="font-mono text-xs [overflow-wrap:anywhere]">{text}</code>
}
