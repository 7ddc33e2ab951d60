import { Banner } from '@/ui/banner'
import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import type { LedgerCheckData } from '../api'
import { CheckedLine, DOUBT_WORDS } from './checked'
import { OffenderList } from './offender-list'

type State = 'balanced' | 'unbalanced' | 'unknown'

const STATES = {
  balanced: { title: 'Ledger: balanced', border: 'border-line', mark: 'bg-ok-soft text-ok', icon: 'check' },
  unbalanced: {
    title: 'Ledger: not balanced',
    border: 'border-bad',
    mark: 'bg-bad-soft text-bad',
    icon: 'warn',
  },
  unknown: {
    title: 'Ledger: not known',
    border: 'border-warn',
    mark: 'bg-warn-soft text-warn',
    icon: 'info',
  },
} as const

function stateOf({ broken, totals, doubt }: LedgerCheckData): State {
  if (broken.length > 0 || totals.some(({ debits, credits }) => debits !== credits)) return 'unbalanced'
  return doubt === null ? 'balanced' : 'unknown'
}

/** 2: sums of more currencies do not fit one line, and are unfolded on request. */
const CURRENCIES_SHOWN = 2

/** One line while the ledger balances (*Ledger: balanced, 0.00 difference, checked up to …*); otherwise why not, and every broken invariant in full. */
export function LedgerCheck({ check, receivedAt }: { check: LedgerCheckData; receivedAt: number }) {
  const state = stateOf(check)
  const { title, border, mark, icon } = STATES[state]
  const many = check.totals.length > CURRENCIES_SHOWN
  const folded = many && state !== 'unbalanced'
  return (
    <section
      aria-label="Ledger check"
      className={cx('rounded-lg border bg-surface px-4 py-3 shadow-card sm:px-5', border)}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <p className="inline-flex items-center gap-2 font-semibold text-sm">
          <span className={cx('inline-flex size-5 items-center justify-center rounded-full', mark)}>
            <Icon name={icon} size={13} strokeWidth={2} />
          </span>
          {check.doubt ? `${title}: ${DOUBT_WORDS[check.doubt]}` : title}
          {folded && ` in ${check.totals.length} currencies`}
        </p>
        {!folded && <Differences totals={check.totals} />}
        <p className="ml-auto text-ink-3 text-xs">
          {check.entries.toLocaleString('en')} entries,{' '}
          <CheckedLine checked={check} receivedAt={receivedAt} />
        </p>
      </div>
      {folded ? (
        <details className="mt-1 text-ink-3 text-ui md:pl-7">
          <summary className="min-h-6 cursor-pointer">Sums of each currency</summary>
          <TotalsList totals={check.totals} />
        </details>
      ) : (
        check.totals.length > 0 && (
          <div className="mt-1 text-ink-3 text-ui max-md:hidden md:pl-7">
            <TotalsList totals={check.totals} />
          </div>
        )
      )}
      {check.broken.map(({ id, says, offenders }) => (
        <Banner key={id} tone="bad" className="mt-3" title={`Broken: ${says}`}>
          <OffenderList offenders={offenders} />
        </Banner>
      ))}
    </section>
  )
}

type CurrencyTotals = LedgerCheckData['totals']

function Differences({ totals }: { totals: CurrencyTotals }) {
  return (
    <ul className="flex flex-wrap gap-x-2 text-sm">
      {totals.length === 0 && <li className="figures">0.00 difference</li>}
      {totals.map(({ currency, debits, credits }) => (
        <li key={currency} className={cx('figures', debits !== credits && 'font-semibold text-bad')}>
          <Money minor={BigInt(debits) - BigInt(credits)} currency={currency} code /> difference
        </li>
      ))}
    </ul>
  )
}

function TotalsList({ totals }: { totals: CurrencyTotals }) {
  return (
    <ul className="flex flex-wrap gap-x-6">
      {totals.map((total) => (
        <Totals key={total.currency} {...total} />
      ))}
    </ul>
  )
}

function Totals({ currency, debits, credits }: CurrencyTotals[number]) {
  return (
    <li className="figures">
      Debits <Money minor={debits} currency={currency} /> {debits === credits ? '=' : '≠'} credits{' '}
      <Money minor={credits} currency={currency} />
    </li>
  )
}
