/** The receipt, of a payment in any state. */
export const receipt = {
  documentTitle: { paid: 'Paid – {merchant}', unpaid: 'Payment – {merchant}' },
  paid: 'Paid <money>{amount}</money>',
  to: 'to <name>{merchant}</name>',
  date: 'Date',
  method: 'Paid with',
  order: 'Order',
  total: 'Total',
  print: 'Print',
  proof: {
    title: 'Proof of one charge',
    presses: 'Pay was pressed',
    times: '{count, plural, one {once} =2 {twice} other {# times}}',
    requests: 'Requests received',
    charges: 'Charges made',
    transaction: 'Ledger transaction',
    payment: 'Payment',
    code: 'Verification code',
  },
  checking: {
    title: 'We are checking your payment',
    body: 'We do not know yet whether it went through. We are asking the bank; this page changes by itself. You will not be charged twice.',
  },
  confirm: {
    title: 'Your bank is waiting for you',
    body: 'This payment needs your confirmation. Nothing is charged before you give it; this page changes by itself afterwards.',
  },
  declined: { title: 'This payment was declined', body: 'Your bank declined the card. Nothing was charged.' },
  notCharged: { title: 'This payment did not go through', body: 'The bank told us that nothing was charged.' },
  reference: 'order <name>{reference}</name>',
  back: 'Back to the order',
} as const
