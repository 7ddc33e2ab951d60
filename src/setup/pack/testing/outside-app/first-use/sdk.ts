import { Declined, OutcomeUnknown, Payonce } from '@payonce/sdk'

const { PAYONCE_API_KEY = '', PAYONCE_URL = '' } = process.env
const payonce = new Payonce({ apiKey: PAYONCE_API_KEY, baseUrl: PAYONCE_URL })

type StoreKey = (key: string | null) => Promise<void>

export async function pay(order: { id: string; key: string | null }, storeKey: StoreKey) {
  try {
    const payment = await payonce.payments.create(
      { orderId: order.id, paymentMethod: 'pm_card_visa' },
      // The key is stored before anything is sent, so that a program that crashes here can continue with it later.
      order.key === null ? { beforeSend: storeKey } : { idempotencyKey: order.key },
    )
    return payment.nextAction ? `send the customer to ${payment.nextAction.url}` : payment.status
  } catch (error) {
    if (error instanceof OutcomeUnknown) return 'try again later, with the stored key'
    if (!(error instanceof Declined)) throw error
    await storeKey(null)
    return `ask for another card: ${error.declineCode}`
  }
}
