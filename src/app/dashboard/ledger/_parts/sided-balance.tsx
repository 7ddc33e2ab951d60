import { Money } from '@/ui/money'

/** A balance and its side: `€24.00 Dr`. Books use two sides in place of a minus. */
export function SidedBalance({ balance, currency }: { balance: number; currency: string }) {
  const side = balance < 0 ? { short: 'Cr', long: 'credit' } : { short: 'Dr', long: 'debit' }
  return (
    <span className="whitespace-nowrap">
      <Money minor={Math.abs(balance)} currency={currency} />
      {balance !== 0 && (
        <abbr title={side.long} className="ml-1 font-normal text-ink-3 text-xs no-underline">
          {side.short}
        </abbr>
      )}
    </span>
  )
}
