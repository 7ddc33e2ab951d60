/** The receipt of a payment, paid or not. */
export const receipt = {
  documentTitle: { paid: 'Paid – {merchant}', unpaid: 'Payment – {merchant}' },
  paid: 'Paid <money>{amount}</money>',
  refundedAll: '<money>{amount}</money> was refunded',
  note: {
    released:
      'Another <money>{amount}</money> had been reserved on your card, and was released. Your bank may take a few days to show it.',
    refundedPart: '<money>{amount}</money> of it was refunded. Your bank may take a few days to show it.',
    refundUnderWay: 'A refund of <money>{amount}</money> is under way.',
    surplusRefunded:
      'Your bank charged <money>{amount}</money> too much. It was refunded; your bank may take a few days to show it.',
    surplusDue: 'Your bank charged <money>{amount}</money> too much. It is being refunded.',
    surplusParked:
      'Your bank charged <money>{amount}</money> too much, and it is not refunded yet. Ask the shop about it.',
  },
  to: 'to <name>{merchant}</name>',
  by: 'by <name>{merchant}</name>',
  date: 'Date',
  method: 'Paid with',
  order: 'Order',
  statement: 'On your card statement',
  total: 'Total',
  released: 'Reserved, and released',
  refunded: 'Refunded',
  underWay: 'Refund under way',
  left: 'You paid in total',
  print: 'Print or save as PDF',
  proof: {
    title: 'Proof of payment',
    titleOne: 'Proof of one charge',
    presses: 'Pay was pressed',
    times: '{count, plural, one {once} =2 {twice} other {# times}}',
    requests: 'Requests received',
    charges: 'Charges at the bank',
    charged: {
      list: '{count}, {refunded, plural, =0 {} one {# of them refunded, } other {# of them refunded, }}by the bank’s own list',
      answer: '{count}, by the bank’s answer; its list has not been read since',
    },
    transaction: 'Ledger transaction',
    payment: 'Payment',
    code: 'Verification code',
    earlierCode: 'Code on an older copy',
  },
  checking: {
    title: 'We are checking your payment',
    body: 'We do not know yet whether it went through. This page updates as soon as we know. You will not pay twice.',
  },
  waiting: {
    title: 'We do not know yet whether you paid',
    body: 'The bank has not told us, and the shop must look into it. Do not pay again until you hear from the shop.',
  },
  authorised: {
    title: 'The amount is reserved',
    body: 'It is reserved on your card, and not charged yet as far as the bank has said. The shop completes the payment or releases the amount; open this page again later to see which. There is no need to pay again.',
  },
  confirm: {
    title: 'Your bank is waiting for you',
    body: 'This payment needs your confirmation. Nothing is charged until you confirm; this page then updates on its own.',
  },
  declined: { title: 'This payment was declined', body: 'Your bank declined the card. Nothing was charged.' },
  declinedCharged: {
    title: 'This payment was declined',
    body: 'Your bank told us that it declined the card. Its list shows a charge all the same.',
  },
  notCharged: {
    title: 'This payment did not go through',
    body: 'According to the bank, nothing was charged.',
  },
  notChargedCharged: {
    title: 'This payment did not go through',
    body: 'Your bank told us that it had not charged the card. Its list shows a charge all the same.',
  },
  reference: 'order <name>{reference}</name>',
  back: 'Back to the order',
  /** A mail with the receipt. */
  mail: {
    subject: 'Your receipt from {merchant}: {amount}',
    page: 'The receipt, as it stands now:',
    verify: 'Anybody can check its code here:',
    asOf: 'This mail says how the payment stood on {time}.',
    testMode: 'Test mode: no real money was moved.',
    why: '{merchant} sends you this receipt because this address was given with the payment.',
  },
  /** The page on which anybody checks the code of a receipt. */
  verify: {
    documentTitle: 'Verify a receipt – Payonce',
    title: 'Verify a receipt',
    lead: 'Type the payment and the code as they stand on the receipt. Both are under its proof of payment.',
    payment: 'Payment',
    paymentHint: 'Begins with pay_',
    code: 'Verification code',
    codeHint: '12 characters',
    check: 'Check the code',
    valid: 'This code is valid',
    validBody:
      'This code was made for a payment of <money>{amount}</money> to <name>{merchant}</name>, and our books still say the same. Compare the amount with your receipt.',
    unknown: 'This code could not be confirmed',
    unknownBody:
      'Compare each character with the receipt. If they are the same, the receipt is not from here, it was changed, or its code is too old to be checked.',
    later: 'Too many checks',
    laterBody: 'Wait a minute, then check the code again.',
    state: 'Now',
    notRefunded: 'Paid; none of this amount was refunded',
    paidTo: 'Paid to',
    amount: 'Amount',
    testMode: 'Test mode: no real money was moved. This receipt proves no payment.',
  },
  verifyLink: 'Verify this receipt',
} as const
