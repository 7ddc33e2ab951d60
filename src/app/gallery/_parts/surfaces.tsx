import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader, Fact, Facts, Stat } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { Section, Show } from './show'

export function Surfaces() {
  return (
    <Section id="surfaces" note="A card has one subject. Cards do not lie inside cards.">
      <Show name="<Card>, <CardHeader>, <CardBody>, <Facts>, <Fact>" className="bg-canvas!">
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Card>
            <CardHeader
              level={3}
              title="Facts"
              note="As the bank counts them."
              actions={<Button size="sm">Ask again</Button>}
            />
            <CardBody className="py-2">
              <Facts>
                <Fact name="Amount">
                  <Money minor={2_400n} currency="EUR" />
                </Fact>
                <Fact name="Payment">
                  <CopyId id="pay_01a213ba0138773fbd4af9fa78482b25" />
                </Fact>
                <Fact name="What to do">Send the same request again, with the same key</Fact>
              </Facts>
            </CardBody>
          </Card>
          <Card>
            <CardBody>
              A card with nothing but its body: one sentence that says what happened, before the details say
              how.
            </CardBody>
          </Card>
        </div>
      </Show>
      <Show name="<Stat>" className="bg-canvas!">
        <div className="grid grid-cols-1 gap-4 min-[26rem]:grid-cols-2 sm:grid-cols-3">
          <Stat
            label="Volume"
            value={<Money minor={120_450n} currency="EUR" />}
            note="12 % more than before"
          />
          <Stat label="Duplicates prevented" value="17" note="repeats of payments that were charged" />
          <Stat label="Outcome unknown" value="0" />
        </div>
      </Show>
    </Section>
  )
}
