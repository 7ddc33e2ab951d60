import { Money } from '@/ui/money'

/** A balance and its side: `€24.00 Dr`. Books use two sides in place of a minus. */
export function SidedBalance({ balance, currency }: { balance: bigint | number | string; currency: string }) {
  const minor = BigInt(balance)
  const side = minor < 0n ? { short: 'Cr', long: 'credit' } : { short: 'Dr', long: 'debit' }
  return (
    <span className="whitespace-nowrap">
      <Money minor={minor < 0n ? -minor : minor} currency={currency} />
      {minor !== 0n && (
        <abbr title={side.long} className="ml-1 font-normal text-ink-3 text-xs no-underline">
          {side.short}
        </abbr>
      )}
    </span>
  )
}

/** What is reserved on cards and not captured yet, with its side: no part of a balance. */
export function Pending({ amount, currency }: { amount: number | string; currency: string }) {
  return BigInt(amount) === 0n ? '—' : <SidedBalance balance={amount} currency={currency} />
}
