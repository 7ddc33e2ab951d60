import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import { Money } from '@/ui/money'
import type { ListedMovement, MovementSums } from '../../_parts/api'
import { counted } from '../../_parts/words'
import { STATE_WORDS } from './movement-table'

/** Counts and sums of the period, for each currency: what the movements of each judgement do to the bank's debt. */
export function MovementSumsCard({
  sums,
  onState,
}: {
  sums: MovementSums
  onState: (state: ListedMovement['state']) => void
}) {
  const currencies = [...new Set(sums.map(({ currency }) => currency))]
  return (
    <div className="mb-4 grid gap-3 xl:grid-cols-2">
      {currencies.map((currency) => (
        <Card key={currency}>
          <CardHeader title={currency} note="How these movements change what the bank owes us, after fees" />
          <CardBody>
            <Facts>
              {sums
                .filter((one) => one.currency === currency)
                .map(({ state, count, net }) => (
                  <Fact
                    key={state}
                    name={
                      <Button variant="ghost" size="sm" onClick={() => onState(state)}>
                        {STATE_WORDS[state].word}
                      </Button>
                    }
                  >
                    <Money minor={net} currency={currency} />{' '}
                    <span className="text-ink-3 text-xs">{counted(count, 'movement', 'movements')}</span>
                  </Fact>
                ))}
            </Facts>
          </CardBody>
        </Card>
      ))}
    </div>
  )
}
