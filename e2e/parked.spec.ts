import AxeBuilder from '@axe-core/playwright'
import { openCheckout, payButton } from './checkout-page'
import { join } from './colleague'
import { expect, test } from './fixtures'

/** What the bank never explained, ended by two people: the shopper's page moves on. */
test('17.7 two admins end a parked payment by the bank’s statement, and the shopper’s page becomes the receipt', async ({
  browser,
  page,
  newOrder,
  operatorPage,
  sql,
}) => {
  test.setTimeout(150_000)
  const order = await newOrder()
  await openCheckout(page, order, 'pm_card_timeout_after_charge')
  await payButton(page).click()
  // Parked as the resolver parks, under a fence of its own, so that no worker has it in hand; once the bank has charged, and not before.
  const parking = `UPDATE idempotency_record r SET state = 'unknown', fence = fence + 1, token = gen_random_uuid(), parked_at = now(), parked_reason = 'the bank is silent'
    FROM payment p JOIN gateway_simulator.charge c ON c.idempotency_key = p.gateway_key
    WHERE p.order_id = $1 AND r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.state IN ('sending', 'unknown')
    RETURNING p.id::text, c.id AS ref`
  const parkings: { id: string; ref: string }[] = []
  await expect(async () => {
    parkings.push(...(await sql<{ id: string; ref: string }>(parking, [order.uuid])))
    expect(parkings).toHaveLength(1)
  }).toPass({ intervals: [50], timeout: 10_000 })
  const parked = parkings[0] ?? { id: '', ref: '' }
  await expect(page.getByRole('heading', { name: 'We are checking your payment' })).toBeVisible({
    timeout: 40_000,
  })

  const link = `/dashboard/payments/pay_${parked.id.replaceAll('-', '')}`
  await operatorPage.goto(link)
  // Once the bank's list shows the charge; what is proposed before that counts no more then.
  await expect(
    operatorPage.getByRole('button', { name: 'End the payment, give the charge back' }),
  ).toBeVisible({
    timeout: 75_000,
  })
  await operatorPage.getByRole('button', { name: 'The statement shows the charge' }).click()
  const dialog = operatorPage.getByRole('dialog')
  await expect(dialog.getByLabel('Bank’s reference of the charge')).toHaveValue(parked.ref)
  await dialog.getByLabel('Evidence').fill('Statement of today, line 3')
  expect((await new AxeBuilder({ page: operatorPage }).include('dialog').analyze()).violations).toEqual([])
  await dialog.getByRole('button', { name: 'Propose' }).dblclick()
  await expect(operatorPage.getByText('Waits for confirmation')).toBeVisible()
  await expect(operatorPage.getByRole('button', { name: 'Confirm' })).toHaveCount(0)

  const other = await join(browser, operatorPage, 'admin')
  await sql(`UPDATE operator SET admin_since = now() - interval '1 day' WHERE role = 'admin'`)
  await other.goto('/dashboard')
  await expect(other.getByText('Ends that wait for a confirmation')).toBeVisible()
  await other.getByRole('button', { name: 'Confirm' }).first().click()
  await other.getByRole('dialog').getByRole('button', { name: 'Confirm' }).dblclick()
  await expect(other.getByRole('dialog')).toHaveCount(0)

  await expect(page).toHaveURL(/\/receipt\//)
  await operatorPage.goto(link)
  await expect(operatorPage.getByText(/Two admins declared it charged/)).toBeVisible()

  // A note, and the menu by keyboard.
  await operatorPage.getByRole('button', { name: 'More actions of this payment' }).focus()
  await operatorPage.keyboard.press('Enter')
  const menu = operatorPage.getByRole('menu', { name: 'More actions of this payment' })
  await expect(menu.getByRole('menuitem').first()).toBeFocused()
  await operatorPage.keyboard.press('ArrowUp')
  await operatorPage.keyboard.press('ArrowUp')
  await expect(operatorPage.getByRole('menuitem', { name: 'Write a note' })).toBeFocused()
  await operatorPage.keyboard.press('Enter')
  await operatorPage.keyboard.type('<b>called</b> the bank')
  await operatorPage.keyboard.press('Enter')
  await expect(operatorPage.getByText('<b>called</b> the bank')).toBeVisible()
})
