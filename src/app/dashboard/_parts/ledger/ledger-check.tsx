import { Banner } from '@/ui/banner'
import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import type { LedgerCheckData } from '../api'
import { OffenderList } from './offender-list'

/** One line while the ledger balances (*Ledger: balanced, 0.00 difference, checked 2 s ago*); otherwise every broken invariant in full. */
export function LedgerCheck({ check, age }: { check: LedgerCheckData; age: React.ReactNode }) {
  const balanced =
    check.broken.length === 0 && check.totals.every(({ debits, credits }) => debits === credits)
  return (
    <section
      aria-label="Ledger check"
      className={cx(
        'rounded-lg border bg-surface px-4 py-3 shadow-card sm:px-5',
        balanced ? 'border-line' : 'border-bad',
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <p className="inline-flex items-center gap-2 font-semibold text-sm">
          <span
            className={cx(
              'inline-flex size-5 items-center justify-center rounded-full',
              balanced ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad',
            )}
          >
            <Icon name={balanced ? 'check' : 'warn'} size={13} strokeWidth={2} />
          </span>
          {balanced ? 'Ledger: balanced' : 'Ledger: not balanced'}
        </p>
        <ul className="flex flex-wrap gap-x-2 text-sm">
          {check.totals.length === 0 && <li className="figures">0.00 difference</li>}
          {check.totals.map(({ currency, debits, credits }) => (
            <li key={currency} className={cx('figures', debits !== credits && 'font-semibold text-bad')}>
              <Money minor={BigInt(debits) - BigInt(credits)} currency={currency} code /> difference
            </li>
          ))}
        </ul>
        <p className="ml-auto text-ink-3 text-xs">
          {check.entries.toLocaleString('en')} entries, checked {age}
        </p>
      </div>
      {check.totals.length > 0 && (
        <ul className="mt-1 flex flex-wrap gap-x-6 text-ink-3 text-ui max-md:hidden md:pl-7">
          {check.totals.map((total) => (
            <Totals key={total.currency} {...total} />
          ))}
        </ul>
      )}
      {check.broken.map(({ id, says, offenders }) => (
        <Banner key={id} tone="bad" className="mt-3" title={`Broken: ${says}`}>
          <OffenderList offenders={offenders} />
        </Banner>
      ))}
    </section>
  )
}

function Totals({ currency, debits, credits }: LedgerCheckData['totals'][number]) {
  return (
    <li className="figures">
      Debits <Money minor={debits} currency={currency} /> {debits === credits ? '=' : '≠'} credits{' '}
      <Money minor={credits} currency={currency} />
    </li>
  )
}
