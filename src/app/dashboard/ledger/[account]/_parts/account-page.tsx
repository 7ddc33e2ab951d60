'use client'
import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { EmptyState } from '@/ui/empty-state'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import {
  type AccountData,
  type AccountPeriodData,
  api,
  type BalanceLimit,
  type StatementPage,
} from '../../../_parts/api'
import { FileLink } from '../../../_parts/files/file-link'
import { Pager } from '../../../_parts/list/pager'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { daysSentence } from '../../../_parts/period/days'
import { SidedBalance } from '../../_parts/sided-balance'
import { type AccountQuery, accountInput, paramsOf, statementInput } from './account-query'
import { AsOfPicker } from './as-of-picker'
import { BalanceChartCard } from './balance-chart-card'
import { LimitCard } from './limit-card'
import { PeriodHeadline } from './period-headline'
import { StatementTable } from './statement-table'
import { TAccount } from './t-account'

/** 12: a longer T-account no longer fits one view. Older lines are summed up as the balance brought forward. */
const T_LINES = 12

interface Data {
  account: AccountData
  statement: StatementPage
  period: AccountPeriodData
  /** Null: an account that can have none. */
  limit: BalanceLimit | null
}

export function AccountPage({ query, initial }: { query: AccountQuery; initial: Data }) {
  const live = useLive(['account', query], () => read(query), initial, { on: ['books'] })
  const { account, statement, period, limit } = live.data ?? initial
  const { days } = query
  const path = `/dashboard/ledger/${account.id}`
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/ledger" className={LINK}>
            Ledger
          </Link>
        }
        title={account.name}
        note={
          <span className="flex flex-wrap items-center gap-x-3">
            <span className="capitalize">{account.type}</span>
            <span>{account.currency}</span>
            <CopyId id={account.id} />
          </span>
        }
        actions={<AsOfPicker path={path} asOf={query.asOf} />}
      />
      <StaleDataBanner query={live} />
      <div className="flex flex-col gap-4">
        {days ? (
          <PeriodHeadline line={period.line} days={days} />
        ) : (
          <Headline account={account} asOf={query.asOf} />
        )}
        <BalanceChartCard period={period} />
        {limit && <LimitCard account={account} limit={limit} onChange={() => void live.refetch()} />}
        {statement.items.length > 0 ? (
          <>
            <TAccount account={account} lines={statement.items.slice(0, T_LINES)} />
            <Card className="overflow-hidden">
              <CardHeader
                title="Statement"
                note={`Each line with the balance after it, newest first${days ? `; ${daysSentence(days)}` : ''}.`}
                actions={
                  <FileLink file="/api/exports/statement" query={{ account: account.id, ...days }}>
                    Export CSV
                  </FileLink>
                }
              />
              <StatementTable lines={statement.items} currency={account.currency} />
              <Pager
                path={path}
                params={{ ...paramsOf(query), ...(query.cursor ? { after: query.cursor } : {}) }}
                nextCursor={statement.nextCursor}
                what="lines"
              />
            </Card>
          </>
        ) : (
          <Card>
            <EmptyState title={emptyTitle(query)}>
              {days ? 'The balance did not change.' : 'The balance is zero.'}
            </EmptyState>
          </Card>
        )}
      </div>
    </>
  )
}

async function read(query: AccountQuery): Promise<Data> {
  const [account, statement, period, limit] = await Promise.all([
    api.ledger.account.query(accountInput(query)),
    api.ledger.statement.query(statementInput(query)),
    api.ledger.accountPeriod.query({ id: query.id, ...query.days }),
    api.limits.get.query({ account: query.id }),
  ])
  return { account, statement, period, limit }
}

function emptyTitle({ days, asOf }: AccountQuery): string {
  if (days) return 'No entries in these days'
  return asOf ? 'No entries up to that time' : 'No entries yet'
}

function Headline({ account, asOf }: { account: AccountData; asOf: string | null }) {
  return (
    <Card className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-4 sm:px-5">
      <p className="font-semibold text-2xl tracking-tight">
        <SidedBalance balance={account.balance} currency={account.currency} />
      </p>
      <p className="text-ink-3 text-ui">
        {asOf ? (
          <>
            balance as of <Timestamp at={asOf} />
          </>
        ) : (
          'balance now'
        )}
        , the sum of {account.entries.toLocaleString('en')} entries
      </p>
    </Card>
  )
}
